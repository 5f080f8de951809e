using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Archives;

/// <summary>Measures how much of the event log is archived.</summary>
internal sealed class ArchivedEventCount(AppDbContext db) : IGaugeSource
{
    static readonly Gauge s_archives = new(
        "ridebooking.event_log.archives",
        "{archive}",
        "Archives of finished streams"
    );

    static readonly Gauge s_events = new(
        "ridebooking.event_log.archived",
        "{event}",
        "Events of the event log that are in archives"
    );

    static readonly Gauge s_position = new(
        "ridebooking.event_log.archiver.position",
        "{event}",
        "The position up to which finished streams have been archived"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_archives, s_events, s_position];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
        [
            s_archives.Reads(await db.Set<Archive>().CountAsync(cancellationToken)),
            s_events.Reads(await db.Set<Archive>().SumAsync(row => (long)row.Events, cancellationToken)),
            s_position.Reads(await db.Set<ArchiverState>().Select(row => row.Position).SingleAsync(cancellationToken)),
        ];
}
