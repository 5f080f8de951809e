using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quartz;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>Adds the parts of <c>/health/ready</c> beside the database: broker, scheduler and outbox.</summary>
/// <remarks>No check keeps its result, so that a recovery shows at once.</remarks>
internal static class Readiness
{
    // A probe that outlasts its caller's timeout reports nothing.
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    public static void AddReadiness(this IServiceCollection services)
    {
        services.AddSingleton<BrokerHealth>();
        services.AddHostedService<BrokerWatch>();
        services.AddHostedService<EndpointWatchdog>();
        services
            .AddHealthChecks()
            .AddCheck<BrokerHealth>("broker", timeout: s_timeout)
            .AddCheck<SchedulerHealth>("scheduler", timeout: s_timeout)
            .AddCheck<OutboxHealth>("outbox", timeout: s_timeout);
        // The bus's own check reports the same, with addresses in its text.
        services.PostConfigure<HealthCheckServiceOptions>(checks =>
        {
            foreach (var own in checks.Registrations.Where(check => check.Tags.Contains("masstransit")).ToList())
                checks.Registrations.Remove(own);
        });
    }

    static string Seconds(double seconds) => seconds.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Checks that timers and redeliveries are sent when they are due.</summary>
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

    /// <summary>
    /// Checks that committed messages are sent. A backlog delays but loses nothing, so it never makes the host unready.
    /// </summary>
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
