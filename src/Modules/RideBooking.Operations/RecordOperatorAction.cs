using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Records operators' actions on rides.</summary>
/// <remarks>
/// Each action is committed in its own transaction, so that an attempt is known even if the host dies during it.
/// </remarks>
internal sealed class RecordOperatorAction(IServiceScopeFactory scopes, TimeProvider clock) : IOperatorActions
{
    public async Task Record(string action, Guid rideId, string by, string reason, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Add(OperatorAction.Of(action, [], 1, by, reason, clock.GetUtcNow(), rideId));
        await db.SaveChangesAsync(cancellationToken);
    }
}
