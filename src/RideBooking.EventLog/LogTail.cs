using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.PersonalData;

namespace RideBooking.EventLog;

/// <summary>Publishes every event once, in order, to the readers in this process.</summary>
/// <remarks>
/// It learns of the process's own events as they are numbered, without a further query, and of other replicas' events by one
/// query for all readers.
/// </remarks>
public sealed class LogTail(EventLogSignal signal)
{
    const int Batch = 500;

    long? _published;

    /// <summary>
    /// Checks by one query whether other replicas have numbered events since, and whether any await their numbers.
    /// </summary>
    public async Task<(bool Moved, bool Pending)> Poll(DbContext db, CancellationToken cancellationToken)
    {
        var log = await db.Set<LogHead>()
            .Select(head => new { head.Position, Pending = db.Set<LoggedEvent>().Any(row => row.Position == null) })
            .SingleAsync(cancellationToken);
        return (log.Position != _published, log.Pending);
    }

    /// <summary>Publishes these events, and the earlier ones that this process does not know.</summary>
    /// <param name="db">Reads the earlier events.</param>
    /// <param name="numbered">The events that this process has numbered, in order; may be empty.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task Publish(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken cancellationToken)
    {
        var before = _published;
        await PublishToStreams(db, numbered, cancellationToken);
        if (_published != before)
            signal.NotifyLogListeners();
    }

    async Task PublishToStreams(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken cancellationToken)
    {
        if (_published is null || !signal.HasListeners)
        {
            // Read the head before the listeners: a listener that is added after this query reads the log after it, and so
            // finds the events that it counts.
            var first = _published is null;
            var head = await Head(db, numbered, cancellationToken);
            if (first || !signal.HasListeners)
            {
                _published = head;
                if (first)
                    signal.Invalidate();
                return;
            }
        }

        if (IsContiguous(numbered))
        {
            await db.Decrypt(numbered, cancellationToken);
            Publish(numbered);
            return;
        }
        var before = _published;
        List<LoggedEvent> found;
        do
        {
            found = await db.ReadNumbered(new EventFilter(_published!.Value), Batch, cancellationToken);
            Publish(found);
        } while (found.Count == Batch);
        // A log that ends before what was published is a restored one: its next events have positions that were used before.
        if (_published == before && await Head(db, [], cancellationToken) is var end && end < before)
        {
            _published = end;
            signal.Invalidate();
        }
    }

    async Task<long> Head(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken cancellationToken) =>
        IsContiguous(numbered)
            ? numbered[^1].Position!.Value
            : await db.Set<LogHead>().Select(head => head.Position).SingleAsync(cancellationToken);

    bool IsContiguous(IReadOnlyList<LoggedEvent> numbered)
    {
        var next = _published;
        return next is not null && numbered.Count > 0 && numbered.All(row => row.Position == ++next);
    }

    void Publish(IReadOnlyList<LoggedEvent> events)
    {
        if (events.Count == 0)
            return;
        signal.Publish(events);
        _published = events[^1].Position;
    }
}
