using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>Checks that the broker is connected and that the queues are consumed.</summary>
internal sealed class BrokerHealth(IBusControl bus, TransportOptions transport) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Check());

    /// <summary>Returns the present state, as the bus reports it.</summary>
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

/// <summary>Logs once when the broker is unavailable, and once when it is connected again.</summary>
/// <remarks>
/// The bus logs every attempt of every endpoint, several per second with their stack traces. For this reason its own lines
/// are off by default.
/// </remarks>
internal sealed partial class BrokerWatch(BrokerHealth broker, TimeProvider clock, ILogger<BrokerWatch> log)
    : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (wasConnected, isReported) = (false, false);
        try
        {
            while (true)
            {
                var isConnected = broker.Check().Status != HealthStatus.Unhealthy;
                if (wasConnected && !isConnected && !isReported)
                    LogDisconnected(log);
                else if (isConnected && isReported)
                    LogReconnected(log);
                isReported = wasConnected && !isConnected;
                wasConnected |= isConnected;
                await Task.Delay(s_pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The broker is not connected; published messages wait in the outbox until it is")]
    static partial void LogDisconnected(ILogger log);

    [LoggerMessage(LogLevel.Information, "The broker is connected again")]
    static partial void LogReconnected(ILogger log);
}
