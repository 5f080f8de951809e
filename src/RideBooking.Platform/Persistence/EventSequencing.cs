using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Numbers events right after they are committed and tells the readers. Any number of replicas may do it; the slow beat
/// finds the events of a replica that died between its commit and its numbering.
/// </summary>
internal sealed partial class EventSequencing(
    IServiceScopeFactory scopes,
    EventLogSignal signal,
    TimeProvider clock,
    ILogger<EventSequencing> log
) : BackgroundService
{
    static readonly TimeSpan s_beat = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var commit = signal.NextCommit;
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
                if (await Sequencer.CatchUp(db, stoppingToken) > 0)
                    signal.Sequenced();
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is away or two sequencers met: the events stay pending and the next beat numbers them.
                LogRetry(log, failure);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.WhenAny(commit, Task.Delay(s_beat, clock, stoppingToken));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events await their positions; trying again")]
    static partial void LogRetry(ILogger log, Exception failure);
}
