using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>Checks that the broker is connected and that the queues are consumed.</summary>
internal sealed class BrokerHealth(IBusControl bus, TransportOptions transport) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Check());

    /// <summary>Returns the current state, as the bus reports it.</summary>
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
