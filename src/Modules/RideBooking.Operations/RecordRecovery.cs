using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Operations;

/// <summary>
/// Records a recovery from the command line in the audit, like actions over the API, even if it was killed.
/// </summary>
internal sealed class RecordRecovery(IServiceScopeFactory scopes, TimeProvider clock) : IRecoveryAudit
{
    public async Task<Guid> Begun(string by, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var entry = AuditEntry.Of("recover", [], 0, by.Shorten(255), "started on the command line", clock.GetUtcNow());
        db.Add(entry);
        await db.SaveChangesAsync(cancellationToken);
        return entry.Id;
    }

    public async Task Done(Guid entry, int count, string summary, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var reason = summary.Shorten(Selection.MaxReason);
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<AuditEntry>()
            .Where(row => row.Id == entry)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Count, count).SetProperty(row => row.Reason, reason),
                cancellationToken
            );
    }
}
