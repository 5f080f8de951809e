using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Observability;

/// <summary>Logs once when the broker is unavailable, and once when it is connected again.</summary>
/// <remarks>
/// The bus logs every attempt of every endpoint, several per second with their stack traces. For this reason its own lines
/// are off by default.
/// </remarks>
internal sealed partial class BrokerWatch(BrokerHealth broker, TimeProvider clock, ILogger<BrokerWatch> logger)
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
                    LogDisconnected();
                else if (isConnected && isReported)
                    LogReconnected();
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
    partial void LogDisconnected();

    [LoggerMessage(LogLevel.Information, "The broker is connected again")]
    partial void LogReconnected();
}
