using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>A projection that adds rows for events, and changes one only when its rider is forgotten.</summary>
/// <remarks>
/// The same event must always make the same row, its key included, so that rows that are computed again are the same.
/// </remarks>
/// <typeparam name="TRow">The row.</typeparam>
public abstract class RecordingProjection<TRow> : IProjection
    where TRow : class, IProjectedRow
{
    readonly Dictionary<Type, List<Func<ReadEvent, TRow?>>> _records = [];

    /// <inheritdoc />
    public string Name => TRow.Projection;

    /// <inheritdoc />
    public IReadOnlyCollection<Type> Events => _records.Keys;

    /// <summary>Declares a row that is added for an event; an event may have several.</summary>
    /// <param name="record">Returns the row; null if this event has none.</param>
    protected void On<TEvent>(Func<TEvent, LoggedEvent, TRow?> record)
        where TEvent : class
    {
        if (!_records.TryGetValue(typeof(TEvent), out var others))
            _records.Add(typeof(TEvent), others = []);
        others.Add(read => record((TEvent)read.Event, read.Logged));
    }

    /// <inheritdoc />
    public virtual Task Apply(
        DbContext db,
        int generation,
        IReadOnlyList<ReadEvent> events,
        CancellationToken cancellationToken
    )
    {
        foreach (var read in events)
        foreach (var record in _records[read.Event.GetType()])
            if (record(read) is { } row)
            {
                row.Generation = generation;
                db.Add(row);
            }
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
        db.DeleteRows<TRow>(generation, limit, cancellationToken);
}
