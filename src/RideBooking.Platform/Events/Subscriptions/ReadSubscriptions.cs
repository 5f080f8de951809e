using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Reads the event log for every projection, each at its own pace.</summary>
/// <remarks>
/// Several hosts share the projections among them: each is read by one host, and by another within seconds when that one dies.
/// </remarks>
internal sealed partial class ReadSubscriptions(
    IEnumerable<IProjection> projections,
    IServiceScopeFactory scopes,
    EventCatalogue catalogue,
    EventLogSignal signal,
    SubscriptionOptions options,
    TimeProvider clock,
    ILogger<ReadSubscriptions> logger
) : BackgroundService
{
    // Well within the lease.
    static readonly TimeSpan s_idle = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(projections.Select(projection => Run(projection, stoppingToken)));

    async Task Run(IProjection projection, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await using var reader = new SubscriptionReader(projection, catalogue, SubscriptionOptions.Owner, clock);
        var failedBefore = false;
        while (!cancellationToken.IsCancellationRequested)
            try
            {
                if (await scopes.With(db => reader.Claim(db, cancellationToken)))
                    await ReadAsOwner(projection, reader, cancellationToken);
                failedBefore = false;
                await Task.Delay(s_idle, clock, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (LeaseLostException)
            {
                // Another host, or a replay has replaced the rows.
                LogLost(projection.Name);
            }
            catch (CheckpointBeyondEndException exception)
            {
                LogStopped(projection.Name, exception.Message);
            }
            catch (Exception exception)
            {
                // Usually the database is unavailable.
                LogRetry(failedBefore ? LogLevel.Debug : LogLevel.Warning, exception, projection.Name);
                failedBefore = true;
                await Task.Delay(s_afterFailure, clock, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        await Release(projection, reader);
    }

    async Task ReadAsOwner(IProjection projection, SubscriptionReader reader, CancellationToken cancellationToken)
    {
        LogReads(projection.Name, reader.Position);
        using var listener = signal.ListenToLog();
        var events = new ApplyEvents(projection, reader, scopes, options, clock, logger);
        var renewed = clock.GetTimestamp();
        while (true)
        {
            var began = clock.GetTimestamp();
            if (await events.Next(SubscriptionOptions.BatchSize, cancellationToken) is not var (_, mayBeMore))
                return;
            if (mayBeMore)
                continue;
            if (options.Interval - clock.GetElapsedTime(began) is { Ticks: > 0 } rest)
                await Task.Delay(rest, clock, cancellationToken);
            await listener.Receive(s_idle, clock, cancellationToken);
            if (clock.GetElapsedTime(renewed) < s_idle)
                continue;
            await scopes.With(db => reader.Renew(db, cancellationToken));
            await events.RetryParked(cancellationToken);
            renewed = clock.GetTimestamp();
        }
    }

    async Task Release(IProjection projection, SubscriptionReader reader)
    {
        using var limit = new CancellationTokenSource(s_afterFailure);
        try
        {
            await scopes.With(db => reader.Release(db, limit.Token));
        }
        catch (Exception exception)
        {
            LogNotReleased(exception, projection.Name);
        }
    }

    [LoggerMessage(LogLevel.Debug, "This host reads the subscription {Subscription}, from position {Position}")]
    partial void LogReads(string subscription, long position);

    [LoggerMessage(
        LogLevel.Information,
        "The subscription {Subscription} has been taken over by another host or a replay"
    )]
    partial void LogLost(string subscription);

    [LoggerMessage("The subscription {Subscription} could not read the event log; it tries again")]
    partial void LogRetry(LogLevel level, Exception exception, string subscription);

    [LoggerMessage(LogLevel.Error, "The subscription {Subscription} is stopped. {Reason}")]
    partial void LogStopped(string subscription, string reason);

    [LoggerMessage(
        LogLevel.Debug,
        "The lease of the subscription {Subscription} could not be released; it ends automatically"
    )]
    partial void LogNotReleased(Exception exception, string subscription);
}
