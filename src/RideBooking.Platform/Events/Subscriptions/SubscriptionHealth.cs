using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Checks that subscriptions read and keep up.</summary>
/// <remarks>What they compute is then out of date, but nothing is lost, so the host never becomes unready.</remarks>
internal sealed class SubscriptionHealth(PolledGauges gauges) : IHealthCheck
{
    const double MaxAgeSeconds = 60;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        string[] flaws =
        [
            .. gauges
                .Last(SubscriptionLag.Stopped)
                .Where(reading => reading.Value > 0)
                .Select(reading => $"{reading.Label} is stopped"),
            .. gauges
                .Last(SubscriptionLag.Age)
                .Where(reading => reading.Value > MaxAgeSeconds)
                .Select(reading =>
                    string.Create(CultureInfo.InvariantCulture, $"{reading.Label} is {reading.Value:0} s behind")
                ),
        ];
        return Task.FromResult(
            flaws.Length == 0 ? HealthCheckResult.Healthy() : Health.Degraded(string.Join(", ", flaws))
        );
    }
}
