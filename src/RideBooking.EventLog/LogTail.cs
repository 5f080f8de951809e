using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog;

/// <summary>
/// Tells this process's readers of every event once, in order: of its own events as they are numbered, without a further
/// query, and of other replicas' by one query for all readers.
/// </summary>
public sealed class LogTail(EventLogSignal signal)
{
    const int Batch = 500;

    long? _told;

    /// <summary>Whether other replicas have numbered events since, and whether any await their numbers: one query.</summary>
    public async Task<(bool Moved, bool Pending)> Look(DbContext db, CancellationToken stop)
    {
        var log = await db.Set<LogHead>()
            .Select(head => new { head.Position, Pending = db.Set<LoggedEvent>().Any(row => row.Position == null) })
            .SingleAsync(stop);
        return (log.Position != _told, log.Pending);
    }

    /// <summary>Tells the readers of these events, and of those before them that this process does not know.</summary>
    /// <param name="db">To read those.</param>
    /// <param name="numbered">What this process has numbered, in order; may be nothing.</param>
    /// <param name="stop">Ends it.</param>
    public async Task Tell(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken stop)
    {
        if (_told is null || !signal.IsAnybodyListening)
        {
            // The head before the listeners: whoever comes after this question looks after it, and finds what it counts.
            var first = _told is null;
            var head = await Head(db, numbered, stop);
            if (first || !signal.IsAnybodyListening)
            {
                _told = head;
                if (first)
                    signal.TellToLook();
                return;
            }
        }

        if (FollowsWhatIsTold(numbered))
        {
            Tell(numbered);
            return;
        }
        List<LoggedEvent> found;
        do
        {
            found = await db.ReadNumbered(new EventFilter(_told!.Value), Batch, stop);
            Tell(found);
        } while (found.Count == Batch);
    }

    async Task<long> Head(DbContext db, IReadOnlyList<LoggedEvent> numbered, CancellationToken stop) =>
        FollowsWhatIsTold(numbered)
            ? numbered[^1].Position!.Value
            : await db.Set<LogHead>().Select(head => head.Position).SingleAsync(stop);

    bool FollowsWhatIsTold(IReadOnlyList<LoggedEvent> numbered)
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
