using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Recovery;

/// <summary>
/// Recovers automatically at the start on the in-memory transport, which loses its queues whenever the process ends.
/// </summary>
internal sealed partial class RecoverAtStart(Recover recover, TimeProvider clock, ILogger<RecoverAtStart> logger)
    : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
            try
            {
                var recovered = await recover.Run((_, _) => { }, stoppingToken);
                if (recovered.RepublishedAny)
                    LogRecovered(recovered);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(exception, s_pause);
                await Task.Delay(s_pause, clock, stoppingToken);
            }
    }

    [LoggerMessage(LogLevel.Warning, "Recovered what the last process had not finished: {Recovered}")]
    partial void LogRecovered(Recovered recovered);

    [LoggerMessage(LogLevel.Error, "The recovery at the start failed; trying again in {Pause}")]
    partial void LogRetry(Exception exception, TimeSpan pause);
}
