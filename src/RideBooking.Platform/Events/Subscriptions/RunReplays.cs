using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Carries out replays, including those of hosts that died, and deletes the rows of generations that are not needed.</summary>
/// <remarks>
/// A replay computes the next generation of a projection's rows, with the same reader, checkpoint and lease as the live one. It
/// continues where it stopped, and replaces the live generation when it has read as far.
/// </remarks>
internal sealed partial class RunReplays(
    IEnumerable<IProjection> projections,
    IServiceScopeFactory scopes,
    EventCatalogue catalogue,
    SubscriptionOptions options,
    TimeProvider clock,
    ILogger<RunReplays> logger
) : BackgroundService
{
    static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);
    const int DeletedAtOnce = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new Dictionary<Guid, Task>();
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                foreach (var replay in await scopes.With(db => Running(db, stoppingToken)))
                    if (!running.TryGetValue(replay.Id, out var run) || run.IsCompleted)
                        running[replay.Id] = Try(replay, stoppingToken);
                foreach (var retired in await scopes.With(db => Retired(db, stoppingToken)))
                    await Delete(retired, stoppingToken);
                await Task.Delay(s_poll, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception exception)
            {
                LogRetry(exception);
                await Task.Delay(s_poll, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        await Task.WhenAll(running.Values);
    }

    async Task Try(Replay replay, CancellationToken cancellationToken)
    {
        try
        {
            if (projections.SingleOrDefault(known => known.Name == replay.Projection) is { } projection)
                await Run(projection, replay, cancellationToken);
        }
        catch (LeaseLostException)
        {
            // Another host runs it, or it was cancelled.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It continues at the next start, or on another host.
        }
        catch (Exception exception)
        {
            LogRetry(exception);
        }
    }

    async Task Run(IProjection projection, Replay replay, CancellationToken cancellationToken)
    {
        await using var reader = new SubscriptionReader(
            projection,
            catalogue,
            SubscriptionOptions.Owner,
            clock,
            replay
        );
        if (!await scopes.With(db => reader.Claim(db, cancellationToken)))
            return;
        LogRuns(replay.Id, projection.Name, reader.Position);
        var events = new ApplyEvents(projection, reader, scopes, options, clock, logger);
        var max = replay.RatePerSecond is { } perSecond
            ? Math.Min(perSecond, SubscriptionOptions.BatchSize)
            : SubscriptionOptions.ReplayBatchSize;
        while (true)
        {
            var began = clock.GetTimestamp();
            if (await events.Next(max, cancellationToken) is not var (count, mayBeMore))
                return;
            if (!mayBeMore)
            {
                if (await scopes.With(db => reader.MakeLive(db, cancellationToken)))
                {
                    LogCompleted(replay.Id, projection.Name, reader.Position);
                    return;
                }
                await Task.Delay(options.Retry is [var first, ..] ? first : s_poll, clock, cancellationToken);
            }
            if (
                replay.RatePerSecond is { } rate
                && TimeSpan.FromSeconds((double)count / rate) - clock.GetElapsedTime(began) is { Ticks: > 0 } rest
            )
                await Task.Delay(rest, clock, cancellationToken);
        }
    }

    async Task Delete(Subscription retired, CancellationToken cancellationToken)
    {
        if (projections.SingleOrDefault(known => known.Name == retired.Name) is { } projection)
            while (
                await scopes.With(db => projection.Delete(db, retired.Generation, DeletedAtOnce, cancellationToken))
                == DeletedAtOnce
            ) { }
        await scopes.With(db =>
            db.Set<ParkedEvent>()
                .Where(row => row.Subscription == retired.Name && row.Generation == retired.Generation)
                .ExecuteDeleteAsync(cancellationToken)
        );
        // Last: until then a host that died in between is followed by another attempt.
        await scopes.With(db =>
            db.Set<Subscription>()
                .Where(row => row.Name == retired.Name && row.Generation == retired.Generation && !row.IsLive)
                .ExecuteDeleteAsync(cancellationToken)
        );
    }

    static Task<List<Replay>> Running(DbContext db, CancellationToken cancellationToken) =>
        db.Set<Replay>()
            .AsNoTracking()
            .Where(row => row.Status == Replay.Running)
            .OrderBy(row => row.Projection)
            .ToListAsync(cancellationToken);

    static Task<List<Subscription>> Retired(DbContext db, CancellationToken cancellationToken) =>
        db.Set<Subscription>()
            .AsNoTracking()
            .Where(row => !row.IsLive)
            .Where(row =>
                !db.Set<Replay>()
                    .Any(replay =>
                        replay.Projection == row.Name
                        && replay.Generation == row.Generation
                        && replay.Status == Replay.Running
                    )
            )
            .ToListAsync(cancellationToken);

    [LoggerMessage(
        LogLevel.Information,
        "Replay {ReplayId} of {Projection} runs on this host, from position {Position}"
    )]
    partial void LogRuns(Guid replayId, string projection, long position);

    [LoggerMessage(LogLevel.Information, "Replay {ReplayId} of {Projection} is completed at position {Position}")]
    partial void LogCompleted(Guid replayId, string projection, long position);

    [LoggerMessage(LogLevel.Warning, "A replay was interrupted; it continues automatically")]
    partial void LogRetry(Exception exception);
}
