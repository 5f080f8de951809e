using System.Text.Json;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.PersonalData;

namespace RideBooking.EventLog;

/// <summary>Which events a reader wants.</summary>
/// <param name="After">Only events after this position.</param>
/// <param name="StreamId">Only this ride's, or this driver's.</param>
/// <param name="EventTypes">Only events of these names.</param>
public sealed record EventFilter(
    long After = 0,
    string? StreamId = null,
    IReadOnlyCollection<string>? EventTypes = null
);

/// <summary>Reads the event log by position.</summary>
public static class EventLogReader
{
    /// <summary>Reads up to <paramref name="limit"/> events after the filter's position, in order.</summary>
    /// <remarks>A reader sees its own writes: committed events are numbered first.</remarks>
    public static async Task<List<LoggedEvent>> ReadEvents(
        this DbContext db,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await Sequencer.CatchUp(db, cancellationToken);
        return await db.ReadNumbered(filter, limit, cancellationToken);
    }

    /// <summary>Reads events that already have their positions, for callers that know that theirs have.</summary>
    public static async Task<List<LoggedEvent>> ReadNumbered(
        this DbContext db,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var events = db.Set<LoggedEvent>().AsNoTracking().Where(row => row.Position > filter.After);
        if (filter.EventTypes is { } types)
            events = events.Where(row => types.Contains(row.EventType));

        // A stream's versions follow the order of its positions, and their index reads only the stream's own events.
        events = filter.StreamId is null
            ? events.OrderBy(row => row.Position)
            : events
                .Where(row => row.StreamId == filter.StreamId && row.StreamVersion != null)
                .OrderBy(row => row.StreamVersion);
        var found = await events.Take(limit).ToListAsync(cancellationToken);
        await db.Decrypt(found, cancellationToken);
        return found;
    }

    /// <summary>Returns a stream's events of one type, whether numbered or not.</summary>
    /// <remarks>
    /// For consumers: in another queue a message may overtake the event that caused it, but that event was in the log first.
    /// </remarks>
    public static async Task<List<T>> ReadStream<T>(
        this DbContext db,
        string streamId,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var events = db.Set<LoggedEvent>()
            .AsNoTracking()
            .Where(row => row.StreamId == streamId && row.EventType == typeof(T).Name);
        // Two indexes: one for the events that have their positions, one for the few that await them.
        var found = await events
            .Where(row => row.StreamVersion != null)
            .Concat(events.Where(row => row.Position == null))
            .ToListAsync(cancellationToken);
        await db.Decrypt(found, cancellationToken);
        return found.ConvertAll(row =>
            JsonSerializer.Deserialize<T>(row.Payload, SystemTextJsonMessageSerializer.Options)!
        );
    }

    /// <summary>Returns the last assigned position; 0 when there is none.</summary>
    public static async Task<long> LastPosition(this DbContext db, CancellationToken cancellationToken) =>
        await db.Set<LoggedEvent>().MaxAsync(row => row.Position, cancellationToken) ?? 0;
}
