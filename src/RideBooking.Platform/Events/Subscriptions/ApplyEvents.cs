using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Applies the events of the log to a generation of a projection, batch by batch.</summary>
/// <remarks>
/// A batch that fails is read again in smaller ones, and then one event at a time, so that only the event at fault is retried,
/// and finally parked.
/// </remarks>
internal sealed partial class ApplyEvents(
    IProjection projection,
    SubscriptionReader reader,
    IServiceScopeFactory scopes,
    SubscriptionOptions options,
    TimeProvider clock,
    ILogger logger
)
{
    // Well within the lease.
    static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(2);

    // Up to this position, so many events at once.
    (long Position, int Limit) _carefulUntil;

    /// <summary>Applies the next batch.</summary>
    /// <param name="max">The maximum number of events.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>
    /// The number of events that were applied, and whether there may be more; null if the subscription has stopped.
    /// </returns>
    public async Task<(int Count, bool MayBeMore)?> Next(int max, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            var limit = reader.Position < _carefulUntil.Position ? Math.Min(_carefulUntil.Limit, max) : max;
            try
            {
                var count = await scopes.With(db =>
                    reader.Read(db, limit, cancellationToken, query => scopes.With(query))
                );
                return (count, count == limit);
            }
            catch (Exception exception) when (IsCausedByEvent(exception) && !cancellationToken.IsCancellationRequested)
            {
                if (limit > 1)
                    _carefulUntil = (
                        reader.Position + limit,
                        limit > SubscriptionOptions.BatchSize ? SubscriptionOptions.BatchSize : 1
                    );
                else if (failures < options.Retry.Count)
                    await Wait(options.Retry[failures++], cancellationToken);
                else if (await scopes.With(db => reader.ParkNext(db, exception, cancellationToken)) is { } parked)
                {
                    LogParked(exception, projection.Name, parked.EventType, parked.EventId, parked.Position);
                    return (0, true);
                }
                else
                {
                    LogStopped(exception, projection.Name);
                    return null;
                }
            }
        }
    }

    /// <summary>Tries the parked events again that an operator wants to be retried.</summary>
    public async Task RetryParked(CancellationToken cancellationToken)
    {
        while (await scopes.With(db => reader.NextToRetry(db, cancellationToken)) is { } parked)
            try
            {
                await scopes.With(db => reader.Retry(db, parked, cancellationToken));
                LogApplied(projection.Name, parked.EventType, parked.EventId);
            }
            catch (Exception exception) when (IsCausedByEvent(exception))
            {
                await scopes.With(db => SubscriptionReader.RecordFailure(db, parked, exception, cancellationToken));
                LogFailedAgain(exception, projection.Name, parked.EventType, parked.EventId);
            }
    }

    /// <summary>Waits, and keeps the lease: another host would try the event from the beginning, and never park it.</summary>
    async Task Wait(TimeSpan pause, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            await scopes.With(db => reader.Renew(db, cancellationToken));
            if (pause - clock.GetElapsedTime(began) is not { Ticks: > 0 } left)
                return;
            await Task.Delay(left < s_renewal ? left : s_renewal, clock, cancellationToken);
        }
    }

    // An unavailable database, or a lost race, says nothing about an event.
    static bool IsCausedByEvent(Exception exception) =>
        exception is not (LeaseLostException or CheckpointBeyondEndException or OperationCanceledException)
        && !DatabaseOutage.Matches(exception)
        && (!DatabaseConflicts.IsRetryable(exception) || DatabaseConflicts.IsDuplicateKey(exception));

    [LoggerMessage(LogLevel.Error, "The subscription {Subscription} is stopped: an event cannot be applied")]
    partial void LogStopped(Exception exception, string subscription);

    [LoggerMessage(
        LogLevel.Error,
        "The subscription {Subscription} cannot apply {EventType} {EventId} at position {Position}; the event is parked"
    )]
    partial void LogParked(Exception exception, string subscription, string eventType, Guid eventId, long position);

    [LoggerMessage(LogLevel.Warning, "The subscription {Subscription} still cannot apply {EventType} {EventId}")]
    partial void LogFailedAgain(Exception exception, string subscription, string eventType, Guid eventId);

    [LoggerMessage(
        LogLevel.Information,
        "The subscription {Subscription} has applied the parked {EventType} {EventId}"
    )]
    partial void LogApplied(string subscription, string eventType, Guid eventId);
}
