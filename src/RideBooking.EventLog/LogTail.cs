using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog;

/// <summary>Tells this process's readers of every event once, in order.</summary>
/// <remarks>
/// It learns of the process's own events as they are numbered, without a further query, and of other replicas' events by one
/// query for all readers.
/// </remarks>
public sealed class LogTail(EventLogSignal signal)
{
    const int Batch = 500;

    long? _told;

    /// <summary>
    /// Checks by one query whether other replicas have numbered events since, and whether any await their numbers.
    /// </summary>
    public async Task<(bool Moved, bool Pending)> Poll(DbContext db, CancellationToken cancellationToken)
    {
        var log = await db.Set<LogHead>()
            .Select(head => new { head.Position, Pending = db.Set<LoggedEvent>().Any(row => row.Position == null) })
            .SingleAsync(cancellationToken);
        return (log.Position != _told, log.Pending);
    }

    /// <summary>Tells the readers of these events, and of earlier ones that this process does not know.</summary>
    /// <param name="db">Reads the earlier events.</param>
    /// <param name="numbered">The events that this process has numbered, in order; may be empty.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task Tell(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken cancellationToken)
    {
        if (_told is null || !signal.IsAnybodyListening)
        {
            // Read the head before the listeners: a listener that is added after this query reads the log after it, and so
            // finds the events that it counts.
            var first = _told is null;
            var head = await Head(db, numbered, cancellationToken);
            if (first || !signal.IsAnybodyListening)
            {
                _told = head;
                if (first)
                    signal.Invalidate();
                return;
            }
        }

        if (IsContiguous(numbered))
        {
            Tell(numbered);
            return;
        }
        List<LoggedEvent> found;
        do
        {
            found = await db.ReadNumbered(new EventFilter(_told!.Value), Batch, cancellationToken);
            Tell(found);
        } while (found.Count == Batch);
    }

    async Task<long> Head(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken cancellationToken) =>
        IsContiguous(numbered)
            ? numbered[^1].Position!.Value
            : await db.Set<LogHead>().Select(head => head.Position).SingleAsync(cancellationToken);

    bool IsContiguous(IReadOnlyList<LoggedEvent> numbered)
    {
        var next = _told;
        return next is not null && numbered.Count > 0 && numbered.All(row => row.Position == ++next);
    }

    void Tell(IReadOnlyList<LoggedEvent> events)
    {
        if (events.Count == 0)
            return;
        signal.Tell(events);
        _told = events[^1].Position;
    }
}
