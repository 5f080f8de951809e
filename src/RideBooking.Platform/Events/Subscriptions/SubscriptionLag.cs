using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Measures how far each subscription is behind the event log, and what it has parked.</summary>
internal sealed class SubscriptionLag(AppDbContext db, IEnumerable<IProjection> projections, TimeProvider clock)
    : IGaugeSource
{
    const string Label = "subscription";

    static readonly Gauge s_events = new(
        "ridebooking.subscription.lag",
        "{event}",
        "Events of the log that a subscription has not read yet",
        Label
    );

    public static readonly Gauge Age = new(
        "ridebooking.subscription.lag.age",
        "s",
        "How long ago the oldest event that a subscription has not read was published; 0 when it has read all",
        Label
    );

    public static readonly Gauge Stopped = new(
        "ridebooking.subscription.stopped",
        "{subscription}",
        "1 when a subscription is stopped until an operator starts it, else 0",
        Label
    );

    static readonly Gauge s_parked = new(
        "ridebooking.subscription.parked",
        "{event}",
        "Events that a subscription could not apply and has parked",
        Label
    );

    public static IReadOnlyList<Gauge> Gauges => [s_events, Age, Stopped, s_parked];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var states = await SubscriptionState.All(db, projections, cancellationToken);
        return
        [
            .. states.SelectMany(state =>
                new[]
                {
                    s_events.Reads(state.Lag, state.Name),
                    Age.Reads(Ages.Of(state.OldestUnread?.UtcDateTime, clock), state.Name),
                    Stopped.Reads(state.StoppedBecause is null ? 0 : 1, state.Name),
                    s_parked.Reads(state.Parked, state.Name),
                }
            ),
        ];
    }
}
