using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Observability;

/// <summary>Measures the timers and redeliveries that the scheduler keeps, and those that are overdue.</summary>
internal sealed class TimersWaiting(AppDbContext db, TimeProvider clock) : IGaugeSource
{
    static readonly Gauge s_timers = new(
        "ridebooking.scheduler.timers",
        "{timer}",
        "Timers and redeliveries that wait for their time"
    );

    static readonly Gauge s_overdue = new(
        "ridebooking.scheduler.timers.overdue",
        "{timer}",
        "Timers and redeliveries whose time was more than 5 s ago: they are not sent, or not fast enough"
    );

    internal static readonly Gauge Age = new(
        "ridebooking.scheduler.oldest_overdue.age",
        "s",
        "How long ago the time of the most overdue timer was; 0 when none is overdue"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_timers, s_overdue, Age];

    // Normal lateness: the scheduler polls ahead and fires in batches.
    static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var timers = db.Timers().Select(timer => EF.Property<long?>(timer, "NEXT_FIRE_TIME"));
        var due = (clock.GetUtcNow() - s_tolerance).UtcTicks;
        var overdue = timers.Where(time => time < due);
        var count = await timers.CountAsync(cancellationToken);
        var late = await overdue.CountAsync(cancellationToken);
        var oldest = late == 0 ? null : await overdue.MinAsync(cancellationToken);
        return
        [
            s_timers.Reads(count),
            s_overdue.Reads(late),
            Age.Reads(Ages.Of(oldest is { } ticks ? new DateTime(ticks, DateTimeKind.Utc) : null, clock)),
        ];
    }
}
