using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Reads the event log for every projection, each at its own pace.</summary>
/// <remarks>
/// Several hosts share the projections among them: each is read by one host, and by another within seconds when that one
/// dies. A batch that fails is read again one event at a time, so that only the event at fault is retried, and at last parked.
/// </remarks>
internal sealed partial class ReadSubscriptions(
    IEnumerable<IProjection> projections,
    IServiceScopeFactory scopes,
    EventCatalogue catalogue,
    EventLogSignal signal,
    SubscriptionOptions options,
    TimeProvider clock,
    ILogger<ReadSubscriptions> log
) : BackgroundService
{
    // Well within the lease.
    static readonly TimeSpan s_idle = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    // A process id may come again after a restart.
    readonly string _owner = $"{ConnectionBudget.ApplicationName}/{Guid.CreateVersion7().ToString("N")[^8..]}";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(projections.Select(projection => Run(projection, stoppingToken)));

    async Task Run(IProjection projection, CancellationToken stopping)
    {
        await Task.Yield();
        var reader = new SubscriptionReader(projection, catalogue, _owner, clock);
        var failedBefore = false;
        while (!stopping.IsCancellationRequested)
            try
            {
                if (await With(db => reader.Claim(db, stopping)))
                    await ReadAsOwner(projection, reader, stopping);
                failedBefore = false;
                await Task.Delay(s_idle, clock, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (LeaseLostException)
            {
                LogLost(projection.Name);
            }
            catch (CheckpointBeyondEndException beyond)
            {
                LogStopped(beyond, projection.Name, beyond.Message);
            }
            catch (Exception failure)
            {
                // Usually the database is unavailable, or two hosts have added the subscription at once.
                LogRetry(failedBefore ? LogLevel.Debug : LogLevel.Warning, failure, projection.Name);
                failedBefore = true;
                await Task.Delay(s_afterFailure, clock, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        await Release(projection, reader);
    }

    async Task ReadAsOwner(IProjection projection, SubscriptionReader reader, CancellationToken stopping)
    {
        LogReads(projection.Name, reader.Position);
        using var listener = signal.ListenToLog();
        var failures = 0;
        long oneByOneUntil = 0;
        while (true)
        {
            var began = clock.GetTimestamp();
            var limit = reader.Position < oneByOneUntil ? 1 : SubscriptionOptions.BatchSize;
            try
            {
                var count = await With(db => reader.Read(db, limit, stopping));
                failures = 0;
                if (count == limit)
                    continue;
            }
            catch (Exception failure) when (IsOfTheEvents(failure) && !stopping.IsCancellationRequested)
            {
                if (limit > 1)
                    oneByOneUntil = reader.Position + limit;
                else if (failures < options.Retry.Count)
                {
                    await With(db => reader.Renew(db, stopping));
                    await Task.Delay(options.Retry[failures++], clock, stopping);
                }
                else
                {
                    failures = 0;
                    if (await With(db => reader.GiveUpOnNext(db, failure, stopping)) is not { } parked)
                    {
                        LogStopped(failure, projection.Name, "an event cannot be applied");
                        return;
                    }
                    LogParked(failure, projection.Name, parked.EventType, parked.EventId, parked.Position);
                }
                continue;
            }

            if (options.Interval - clock.GetElapsedTime(began) is { Ticks: > 0 } rest)
                await Task.Delay(rest, clock, stopping);
            var (_, grown) = await listener.Receive(s_idle, clock, stopping);
            if (!grown)
            {
                await With(db => reader.Renew(db, stopping));
                await RetryParked(projection, reader, stopping);
            }
        }
    }

    async Task RetryParked(IProjection projection, SubscriptionReader reader, CancellationToken stopping)
    {
        while (await With(db => reader.NextToRetry(db, stopping)) is { } parked)
            try
            {
                await With(db => reader.Retry(db, parked, stopping));
                LogApplied(projection.Name, parked.EventType, parked.EventId);
            }
            catch (Exception failure) when (IsOfTheEvents(failure))
            {
                await With(db => SubscriptionReader.RecordFailure(db, parked, failure, stopping));
                LogFailedAgain(failure, projection.Name, parked.EventType, parked.EventId);
            }
    }

    async Task Release(IProjection projection, SubscriptionReader reader)
    {
        using var limit = new CancellationTokenSource(s_afterFailure);
        try
        {
            await With(db => reader.Release(db, limit.Token));
        }
        catch (Exception failure)
        {
            // The lease ends automatically.
            LogNotReleased(failure, projection.Name);
        }
    }

    // An unavailable database, or a lost race, says nothing about an event.
    static bool IsOfTheEvents(Exception failure) =>
        failure is not (LeaseLostException or CheckpointBeyondEndException or OperationCanceledException)
        && !DatabaseOutage.Matches(failure)
        && (!DatabaseConflicts.IsRetryable(failure) || DatabaseConflicts.IsDuplicateKey(failure));

    async Task<T> With<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    async Task With(Func<AppDbContext, Task> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    [LoggerMessage(LogLevel.Debug, "This host reads the subscription {Subscription}, from position {Position}")]
    partial void LogReads(string subscription, long position);

    [LoggerMessage(LogLevel.Information, "Another host reads the subscription {Subscription} now")]
    partial void LogLost(string subscription);

    [LoggerMessage("The subscription {Subscription} could not read the event log; it tries again")]
    partial void LogRetry(LogLevel level, Exception failure, string subscription);

    [LoggerMessage(LogLevel.Error, "The subscription {Subscription} is stopped: {Reason}")]
    partial void LogStopped(Exception failure, string subscription, string reason);

    [LoggerMessage(
        LogLevel.Error,
        "The subscription {Subscription} cannot apply {EventType} {EventId} at position {Position}; the event is parked"
    )]
    partial void LogParked(Exception failure, string subscription, string eventType, Guid eventId, long position);

    [LoggerMessage(LogLevel.Warning, "The subscription {Subscription} still cannot apply {EventType} {EventId}")]
    partial void LogFailedAgain(Exception failure, string subscription, string eventType, Guid eventId);

    [LoggerMessage(
        LogLevel.Information,
        "The subscription {Subscription} has applied the parked {EventType} {EventId}"
    )]
    partial void LogApplied(string subscription, string eventType, Guid eventId);

    [LoggerMessage(
        LogLevel.Debug,
        "The lease of the subscription {Subscription} could not be released; it ends automatically"
    )]
    partial void LogNotReleased(Exception failure, string subscription);
}
