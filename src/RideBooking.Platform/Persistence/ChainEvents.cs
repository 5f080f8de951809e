using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;

namespace RideBooking.Platform.Persistence;

/// <summary>Extends the hash chains of the event log in the background, soon after events are numbered.</summary>
/// <remarks>No request waits for it. Many events are chained together, so that a ride costs no statement of its own.</remarks>
internal sealed partial class ChainEvents(
    IServiceScopeFactory scopes,
    EventLogSignal signal,
    TimeProvider clock,
    ILogger<ChainEvents> logger
) : BackgroundService
{
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var growth = signal.ListenToLog();
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                await Task.Delay(s_interval, stoppingToken);
                await Extend(stoppingToken);
                await growth.Receive(Timeout.InfiniteTimeSpan, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // The database is unavailable. The events are chained when it is available again.
                LogRetry(exception);
            }
    }

    async Task Extend(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        while (await HashChain.Extend(db, cancellationToken) == HashChain.BatchSize) { }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be chained; the next attempt follows")]
    partial void LogRetry(Exception exception);
}
