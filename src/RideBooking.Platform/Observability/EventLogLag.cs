using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Observability;

/// <summary>Measures the position of the event log, and how far its numbering is behind the commits.</summary>
internal sealed class EventLogLag(AppDbContext db, TimeProvider clock) : IGaugeSource
{
    static readonly Gauge s_position = new(
        "ridebooking.event_log.position",
        "{event}",
        "The last position given in the event log, which is the number of its events"
    );

    static readonly Gauge s_pending = new(
        "ridebooking.event_log.pending",
        "{event}",
        "Events that are committed and have no position yet, so that no reader sees them"
    );

    static readonly Gauge s_age = new(
        "ridebooking.event_log.oldest_pending.age",
        "s",
        "How long the oldest event has waited for its position; 0 when none waits"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_position, s_pending, s_age];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var position = await db.Set<LogHead>().Select(head => head.Position).SingleAsync(cancellationToken);
        var pending = db.Set<LoggedEvent>().Where(row => row.Position == null);
        var count = await pending.CountAsync(cancellationToken);
        var oldest = await pending
            .OrderBy(row => row.Sequence)
            .Select(row => (DateTimeOffset?)row.Timestamp)
            .FirstOrDefaultAsync(cancellationToken);
        return [s_position.Reads(position), s_pending.Reads(count), s_age.Reads(Ages.Of(oldest?.UtcDateTime, clock))];
    }
}
