using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Operations;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Keeps what operators do with rides in the audit, committed on its own: the attempt is known even if the host dies during it.</summary>
internal sealed class RecordOperatorAction(IServiceScopeFactory scopes, TimeProvider clock) : IOperatorAudit
{
    public async Task Record(string action, Guid rideId, string by, string reason, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Add(AuditEntry.Of(action, [], 1, by, reason, clock.GetUtcNow(), rideId));
        await db.SaveChangesAsync(cancellationToken);
    }
}
