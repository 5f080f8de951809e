using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Observability;

namespace RideBooking.Operations.Backlogs;

/// <summary>Shows what waits in the whole system: outbox, timers, subscriptions and rides.</summary>
/// <remarks>It returns the gauges as this host polled them last. They are the same on all hosts.</remarks>
internal static class GetBacklog
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/backlog", Handle)
            .WithSummary("Get the backlog of outbox, timers and subscriptions, and the rides by state")
            .WithDescription(
                "The values are those of the metrics, and at most `Metrics:Interval` old. A value is null, or missing from its list, "
                    + "while it cannot be read."
            );

    static Ok<View> Handle(GaugeReadings gauges)
    {
        var events = gauges.Values("ridebooking.subscription.lag");
        var ages = gauges.Values("ridebooking.subscription.lag.age");
        var stuck = gauges.Values("ridebooking.rides.stuck");
        return TypedResults.Ok(
            new View(
                new Outbox(Count("ridebooking.outbox.messages"), gauges.Value("ridebooking.outbox.oldest.age")),
                new Timers(
                    Count("ridebooking.scheduler.timers"),
                    Count("ridebooking.scheduler.timers.overdue"),
                    gauges.Value("ridebooking.scheduler.oldest_overdue.age")
                ),
                [
                    .. events
                        .OrderBy(subscription => subscription.Key, StringComparer.Ordinal)
                        .Select(subscription => new Subscription(
                            subscription.Key,
                            (long)subscription.Value,
                            ages.GetValueOrDefault(subscription.Key)
                        )),
                ],
                [
                    .. gauges
                        .Values("ridebooking.rides")
                        .Select(state => new Rides(
                            state.Key,
                            (long)state.Value,
                            (long)stuck.GetValueOrDefault(state.Key)
                        )),
                ]
            )
        );

        long? Count(string gauge) => (long?)gauges.Value(gauge);
    }

    /// <param name="Outbox">Messages that are committed and that the broker has not taken yet.</param>
    /// <param name="Timers">Timers and redeliveries that the scheduler keeps.</param>
    /// <param name="Subscriptions">What the subscriptions to the event log have not read yet, ordered by name.</param>
    /// <param name="Rides">The number of rides in each state.</param>
    internal sealed record View(
        Outbox Outbox,
        Timers Timers,
        IReadOnlyList<Subscription> Subscriptions,
        IReadOnlyList<Rides> Rides
    );

    /// <param name="Messages">The number of messages.</param>
    /// <param name="OldestSeconds">How long the oldest has waited, in seconds; 0 when there is none.</param>
    internal sealed record Outbox(long? Messages, double? OldestSeconds);

    /// <param name="Waiting">The number of timers and redeliveries.</param>
    /// <param name="Overdue">How many of them should have been sent more than 5 s ago.</param>
    /// <param name="OldestOverdueSeconds">How overdue the oldest of these is, in seconds; 0 when none is.</param>
    internal sealed record Timers(long? Waiting, long? Overdue, double? OldestOverdueSeconds);

    /// <param name="Name">The subscription.</param>
    /// <param name="Lag">The number of events that it has not read.</param>
    /// <param name="LagSeconds">How long ago the oldest of these was published, in seconds; 0 when there is none.</param>
    internal sealed record Subscription(string Name, long Lag, double LagSeconds);

    /// <param name="State">The status of the rides.</param>
    /// <param name="Count">The number of rides; ended rides are counted since the beginning.</param>
    /// <param name="Stuck">How many of these have been in this state for longer than a ride should.</param>
    internal sealed record Rides(string State, long Count, long Stuck);
}
