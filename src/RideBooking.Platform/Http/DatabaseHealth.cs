using Microsoft.Extensions.Diagnostics.HealthChecks;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http;

/// <summary>The database answers.</summary>
internal sealed class DatabaseHealth(AppDbContext db) : IHealthCheck
{
    /// <summary>How long it may take; a probe that waits longer than its caller tells nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken
    ) =>
        await db.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : Health.Unhealthy("cannot be reached");
}
