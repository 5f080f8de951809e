using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog;

/// <summary>Which events a reader wants.</summary>
/// <param name="After">Only events after this position.</param>
/// <param name="StreamId">Only this ride's, or this driver's.</param>
/// <param name="EventType">Only events of this name.</param>
public sealed record EventFilter(long After = 0, string? StreamId = null, string? EventType = null);

/// <summary>Reads the event log by position. A reader sees its own writes: what is committed is numbered first.</summary>
public static class EventLogReader
{
    /// <summary>Up to <paramref name="limit"/> events after the filter's position, in order.</summary>
    public static async Task<List<LoggedEvent>> ReadEvents(
        this DbContext db,
        EventFilter filter,
        int limit,
        CancellationToken stop
    )
    {
        await Sequencer.CatchUp(db, stop);
        var events = db.Set<LoggedEvent>().AsNoTracking().Where(row => row.Position > filter.After);
        if (filter.StreamId is not null)
            events = events.Where(row => row.StreamId == filter.StreamId);
        if (filter.EventType is not null)
            events = events.Where(row => row.EventType == filter.EventType);
        return await events.OrderBy(row => row.Position).Take(limit).ToListAsync(stop);
    }

    /// <summary>The filter's events as they come, for ever, each once and in order; starts with those already there.</summary>
    /// <param name="open">Opens a context for one look, so that none is held while waiting.</param>
    /// <param name="filter">Which events.</param>
    /// <param name="signal">Wakes the reader when this process wrote something.</param>
    /// <param name="clock">Wakes it now and then to see what other processes wrote.</param>
    /// <param name="stop">Ends the stream.</param>
    public static async IAsyncEnumerable<LoggedEvent> Follow(
        Func<EventFilter, CancellationToken, Task<List<LoggedEvent>>> open,
        EventFilter filter,
        EventLogSignal signal,
        TimeProvider clock,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        while (true)
        {
            var more = signal.NextSequenced;
            var batch = await open(filter, stop);
            foreach (var row in batch)
                yield return row;

            if (batch.Count > 0)
                filter = filter with { After = batch[^1].Position!.Value };
            else
                await Task.WhenAny(more, Task.Delay(TimeSpan.FromSeconds(1), clock, stop));
            stop.ThrowIfCancellationRequested();
        }
    }
}
