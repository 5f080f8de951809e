using System.Text.Json;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog;

/// <summary>Which events a reader wants.</summary>
/// <param name="After">Only events after this position.</param>
/// <param name="StreamId">Only this ride's, or this driver's.</param>
/// <param name="EventType">Only events of this name.</param>
public sealed record EventFilter(long After = 0, string? StreamId = null, string? EventType = null);

/// <summary>Reads the event log by position.</summary>
public static class EventLogReader
{
    /// <summary>
    /// Up to <paramref name="limit"/> events after the filter's position, in order. A reader sees its own writes: what is
    /// committed is numbered first.
    /// </summary>
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

    /// <summary>The same for events that have their positions, for a caller who knows that theirs have.</summary>
    public static Task<List<LoggedEvent>> ReadNumbered(
        this DbContext db,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var events = db.Set<LoggedEvent>().AsNoTracking().Where(row => row.Position > filter.After);
        if (filter.EventType is not null)
            events = events.Where(row => row.EventType == filter.EventType);

        // A stream's versions are in the order of its positions, and lead only past its own events.
        events = filter.StreamId is null
            ? events.OrderBy(row => row.Position)
            : events
                .Where(row => row.StreamId == filter.StreamId && row.StreamVersion != null)
                .OrderBy(row => row.StreamVersion);
        return events.Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// What the stream of a ride, or driver, has of one event, whether numbered or not. For consumers: in another queue a message
    /// may overtake the event that it follows from, but that was in the log before.
    /// </summary>
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
        // Two indexes: of the events that have their numbers, and of the few that await them.
        var payloads = await events
            .Where(row => row.StreamVersion != null)
            .Concat(events.Where(row => row.Position == null))
            .Select(row => row.Payload)
            .ToListAsync(cancellationToken);
        return payloads.ConvertAll(payload =>
            JsonSerializer.Deserialize<T>(payload, SystemTextJsonMessageSerializer.Options)!
        );
    }

    /// <summary>The position of the last event that has one; 0 when there is none.</summary>
    public static async Task<long> LastPosition(this DbContext db, CancellationToken cancellationToken) =>
        await db.Set<LoggedEvent>().MaxAsync(row => row.Position, cancellationToken) ?? 0;
}
