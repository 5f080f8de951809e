using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Observability;

/// <summary>Measures the timers and redeliveries that the outbox and Quartz keep, and those that are overdue.</summary>
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

    // Normal lateness: they are sent in batches.
    static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var due = clock.GetUtcNow().UtcDateTime - s_tolerance;
        var inQuartz = db.Timers().Select(timer => EF.Property<long?>(timer, "NEXT_FIRE_TIME"));
        var overdueInQuartz = inQuartz.Where(time => time < due.Ticks);
        var inOutbox = db.Set<ScheduledOutboxMessage>().Select(timer => (DateTime?)timer.DueTime);
        var overdueInOutbox = inOutbox.Where(time => time < due);
        var (lateInQuartz, lateInOutbox) = (
            await overdueInQuartz.CountAsync(cancellationToken),
            await overdueInOutbox.CountAsync(cancellationToken)
        );
        // Usually none is overdue.
        DateTime?[] oldest =
        [
            lateInQuartz > 0 && await overdueInQuartz.MinAsync(cancellationToken) is { } ticks
                ? new DateTime(ticks, DateTimeKind.Utc)
                : null,
            lateInOutbox > 0 ? await overdueInOutbox.MinAsync(cancellationToken) : null,
        ];
        return
        [
            s_timers.Reads(await inQuartz.CountAsync(cancellationToken) + await inOutbox.CountAsync(cancellationToken)),
            s_overdue.Reads(lateInQuartz + lateInOutbox),
            Age.Reads(Ages.Of(oldest.Min(), clock)),
        ];
    }
}
