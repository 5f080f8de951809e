using System.Diagnostics.CodeAnalysis;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Visibility;

/// <content>Polls the inbox and the log, for all waiting requests at once, for what other hosts handle and publish.</content>
public sealed partial class EventVisibility
{
    void StartPolling()
    {
        lock (_lock)
        {
            if (_isPolling)
                return;
            _isPolling = true;
        }
        // The poll serves every waiting request: it must not carry one request's trace or log scope.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(PollWhileWaiting);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The next poll tries again, and every wait has its limit.")]
    async Task PollWhileWaiting()
    {
        while (true)
        {
            await Task.Delay(_interval);
            List<Wait> waits;
            lock (_lock)
            {
                ForgetFinished();
                waits = WaitsToPoll();
                _isPolling = waits.Count > 0;
                if (!_isPolling)
                    return;
            }
            try
            {
                if (_hasBroker && _services.GetService<BrokerHealth>()?.Check().Status == HealthStatus.Unhealthy)
                    lock (_lock)
                        waits.ForEach(wait => wait.GiveUp());
                else
                    _interval = await Poll(waits, CancellationToken.None)
                        ? _minInterval
                        : TimeSpan.FromTicks(Math.Min(_interval.Ticks * 2, s_maxPollInterval.Ticks));
            }
            catch (Exception exception)
            {
                LogPollFailed(exception);
                _interval = s_maxPollInterval;
            }
        }
    }

    List<Wait> WaitsToPoll()
    {
        var waiting = _waits.Values.SelectMany(waits => waits).Where(wait => wait.IsWaiting).ToHashSet();
        if (_stuck.Count == 0)
            return [.. waiting];
        var onlyForStuck = waiting.Where(wait => wait.IsOnlyStuck).ToHashSet();
        waiting.ExceptWith(onlyForStuck);
        return [.. waiting, .. onlyForStuck.OrderBy(wait => wait.Begun).Take(MaxPolledForStuckConsumers)];
    }

    void ForgetFinished()
    {
        foreach (var (caller, waits) in _unfinished.ToList())
        {
            foreach (var wait in waits.FindAll(wait => wait.Done.IsCompleted || wait.IsOld))
            {
                waits.Remove(wait);
                wait.Dispose();
            }
            if (waits.Count == 0)
                _unfinished.Remove(caller);
        }
    }

    /// <returns>Whether it found anything that was not reported to this process.</returns>
    async Task<bool> Poll(List<Wait> waits, CancellationToken cancellationToken)
    {
        await using var scope = _services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        List<Guid> pending;
        lock (_lock)
            pending = [.. waits.SelectMany(wait => wait.Pending).Distinct()];

        // Inbox entries first: an event that a consumer published is committed with its inbox entry, and so is found after it.
        var handled = await Handled(db, pending, cancellationToken);
        var found = await Found(db, waits, cancellationToken);
        var handledOfFound = await Handled(db, found.ConvertAll(row => row.EventId), cancellationToken);
        var news = false;
        lock (_lock)
            foreach (var wait in waits)
            {
                foreach (var message in wait.Pending.ToList())
                    news |= wait.Remove(message, consumer => handled.Contains((message, consumer.Id)));
                foreach (var row in found.Where(row => wait.Follows(row.StreamId)))
                    if (wait.Add(row.EventId, row.EventType))
                    {
                        wait.Remove(row.EventId, consumer => handledOfFound.Contains((row.EventId, consumer.Id)));
                        news = true;
                    }
                wait.EndIfDone();
            }
        return news;
    }

    static async Task<HashSet<(Guid Message, Guid Consumer)>> Handled(
        AppDbContext db,
        List<Guid> messages,
        CancellationToken cancellationToken
    )
    {
        if (messages.Count == 0)
            return [];
        var entries = await db.Set<InboxState>()
            .AsNoTracking()
            .Where(entry => messages.Contains(entry.MessageId) && entry.Consumed != null)
            .Select(entry => new { entry.MessageId, entry.ConsumerId })
            .ToListAsync(cancellationToken);
        return [.. entries.Select(entry => (entry.MessageId, entry.ConsumerId))];
    }

    // What other hosts have published since; or everything, where the wait did not begin with a commit of this request.
    async Task<List<FoundEvent>> Found(AppDbContext db, List<Wait> waits, CancellationToken cancellationToken)
    {
        List<string> streams;
        List<string> types;
        HashSet<Guid> known;
        lock (_lock)
        {
            var open = waits.FindAll(wait => wait.MayHaveMoreEvents);
            streams = [.. open.SelectMany(wait => wait.Streams).Distinct()];
            types = [.. open.SelectMany(wait => wait.EventTypes).Distinct()];
            known = [.. open.SelectMany(wait => wait.Known)];
        }
        if (streams.Count == 0)
            return [];
        // Two indexes: one for the events that have their positions, one for the few that await them.
        var events = db.Set<LoggedEvent>()
            .AsNoTracking()
            .Where(row => streams.Contains(row.StreamId) && types.Contains(row.EventType));
        var found = await events
            .Where(row => row.StreamVersion != null)
            .Concat(events.Where(row => row.Position == null))
            .Select(row => new FoundEvent(row.EventId, row.EventType, row.StreamId))
            .ToListAsync(cancellationToken);
        return found.FindAll(row => !known.Contains(row.EventId));
    }

    [LoggerMessage(LogLevel.Warning, "Polling the inbox for waiting requests failed; the next poll tries again")]
    partial void LogPollFailed(Exception exception);

    sealed record FoundEvent(Guid EventId, string EventType, string StreamId);
}
