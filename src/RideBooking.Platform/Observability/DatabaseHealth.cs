using Microsoft.Extensions.Diagnostics.HealthChecks;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Observability;

/// <summary>Checks that the database answers.</summary>
internal sealed class DatabaseHealth(AppDbContext db) : IHealthCheck
{
    /// <summary>The maximum duration of the check. A probe that outlasts its caller's timeout reports nothing.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken
    ) =>
        await db.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : Health.Unhealthy("cannot be reached");
}
