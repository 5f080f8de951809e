using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Records the operators' actions of other modules.</summary>
/// <remarks>
/// Each action is committed in its own transaction, so that an attempt is known even if the host dies during it.
/// </remarks>
internal sealed class RecordOperatorAction(IServiceScopeFactory scopes, TimeProvider clock) : IOperatorActions
{
    public async Task<Guid> Record(
        string action,
        Guid? rideId,
        string by,
        string reason,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var recorded = new OperatorAction(by, action, reason, now) { RideId = rideId };
        db.Add(recorded);
        await db.SaveChangesAsync(cancellationToken);
        return recorded.Id;
    }

    public async Task Withdraw(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await db.Set<OperatorAction>().Where(action => action.Id == id).ExecuteDeleteAsync(cancellationToken);
    }
}
