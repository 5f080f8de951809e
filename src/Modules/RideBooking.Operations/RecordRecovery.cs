using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Operations;

/// <summary>
/// Records a recovery from the command line among operators' actions, like those over the API, even if it was killed.
/// </summary>
internal sealed class RecordRecovery(IServiceScopeFactory scopes, TimeProvider clock) : IRecoveryRecord
{
    public async Task<Guid> Begin(string by, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var action = new OperatorAction(
            by.Shorten(255),
            OperatorActionNames.RecoverMessages,
            "started on the command line",
            now
        )
        {
            Count = 0,
        };
        db.Add(action);
        await db.SaveChangesAsync(cancellationToken);
        return action.Id;
    }

    public async Task Complete(Guid id, int count, string summary, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var reason = summary.Shorten(Reasons.MaxLength);
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<OperatorAction>()
            .Where(row => row.Id == id)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Count, count).SetProperty(row => row.Reason, reason),
                cancellationToken
            );
    }
}
