using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Records operators' actions on rides in the audit.</summary>
/// <remarks>
/// Each entry is committed in its own transaction, so that an attempt is known even if the host dies during it.
/// </remarks>
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
