using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Http;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>The broker is connected and the queues are consumed.</summary>
internal sealed class BrokerHealth(IBusControl bus, TransportOptions transport) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Check());

    /// <summary>How it is right now, by what the bus knows.</summary>
    public HealthCheckResult Check()
    {
        var queues = bus.Queues().ToList();
        var idle = queues
            .Where(queue => queue.Status != BusHealthStatus.Healthy)
            .Select(queue => queue.InputAddress.LastPart())
            .Order(StringComparer.Ordinal)
            .ToList();
        if (idle.Count == queues.Count)
            return Health.Unhealthy(
                transport.Kind == TransportKind.InMemory ? "not started" : $"{transport.Kind} is not connected"
            );
        return idle.Count == 0
            ? HealthCheckResult.Healthy()
            : Health.Degraded($"{idle.Count} of {queues.Count} queues are not consumed: {string.Join(", ", idle)}");
    }
}

internal static class BusQueues
{
    /// <summary>
    /// The endpoints with a queue that lasts. Not the bus's own, which is named after the process, connects only when
    /// somebody awaits a reply, and until then takes itself for healthy whether there is a broker or not.
    /// </summary>
    public static IEnumerable<EndpointHealthResult> Queues(this IBusControl bus) =>
        bus.CheckHealth()
            .Endpoints.Values.Where(endpoint =>
                !endpoint.InputAddress.Query.Contains("temporary=true", StringComparison.Ordinal)
                && !endpoint.InputAddress.LastPart().Contains("_bus_", StringComparison.Ordinal)
            );
}

/// <summary>
/// Says once that the broker is gone and once that it is back. The bus itself says so at every attempt of every endpoint,
/// several a second with their stack traces, which is why its own lines are off by default.
/// </summary>
internal sealed partial class BrokerWatch(BrokerHealth broker, TimeProvider clock, ILogger<BrokerWatch> log)
    : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (wasThere, gone) = (false, false);
        try
        {
            while (true)
            {
                var there = broker.Check().Status != HealthStatus.Unhealthy;
                if (wasThere && !there && !gone)
                    LogGone(log);
                else if (there && gone)
                    LogBack(log);
                gone = wasThere && !there;
                wasThere |= there;
                await Task.Delay(s_pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The broker is not connected; what is published waits in the outbox until it is")]
    static partial void LogGone(ILogger log);

    [LoggerMessage(LogLevel.Information, "The broker is connected again")]
    static partial void LogBack(ILogger log);
}
