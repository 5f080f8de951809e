using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quartz;
using RideBooking.Platform.Http;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>
/// The parts that <c>/health/ready</c> tells apart, beside the database: broker, scheduler and outbox. Each asks afresh, so
/// what is back is seen at once.
/// </summary>
internal static class Readiness
{
    // A probe that waits longer than its caller tells nothing.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static void AddReadiness(this IServiceCollection services)
    {
        services.AddSingleton<BrokerHealth>();
        services.AddHostedService<BrokerWatch>();
        services.AddHostedService<EndpointWatchdog>();
        services
            .AddHealthChecks()
            .AddCheck<BrokerHealth>("broker", timeout: s_patience)
            .AddCheck<SchedulerHealth>("scheduler", timeout: s_patience)
            .AddCheck<OutboxHealth>("outbox", timeout: s_patience);
        // The bus's own check says the same in words that name addresses.
        services.PostConfigure<HealthCheckServiceOptions>(checks =>
        {
            foreach (var own in checks.Registrations.Where(check => check.Tags.Contains("masstransit")).ToList())
                checks.Registrations.Remove(own);
        });
    }

    static string Seconds(double seconds) => seconds.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Timers and redeliveries are sent when they are due.</summary>
    sealed class SchedulerHealth(ISchedulerFactory schedulers, PolledGauges gauges) : IHealthCheck
    {
        const double MaxDelaySeconds = 60;

        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context,
            CancellationToken cancellationToken
        )
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken).AsTask().WaitAsync(cancellationToken);
            if (scheduler.Status != SchedulerStatus.Running)
                return Health.Unhealthy("not running; it starts once the broker is connected");
            var late = gauges.Last(TimersWaiting.Age).Select(reading => reading.Value).FirstOrDefault();
            return late > MaxDelaySeconds
                ? Health.Degraded($"timers are {Seconds(late)} s overdue")
                : HealthCheckResult.Healthy();
        }
    }

    /// <summary>What is committed is sent. It delays and loses nothing, so it never makes the host unready.</summary>
    sealed class OutboxHealth(PolledGauges gauges) : IHealthCheck
    {
        const double MaxAgeSeconds = 60;

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            var age = gauges.Last(OutboxBacklog.Age).Select(reading => reading.Value).FirstOrDefault();
            return Task.FromResult(
                age > MaxAgeSeconds
                    ? Health.Degraded($"messages have waited for {Seconds(age)} s")
                    : HealthCheckResult.Healthy()
            );
        }
    }
}
