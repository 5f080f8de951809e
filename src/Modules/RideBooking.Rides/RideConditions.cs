using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Rides;

/// <summary>
/// The conditions beyond the state that the machine checks before it acts. If one does not hold, the event is ignored and a
/// command refused.
/// </summary>
internal static class RideConditions
{
    /// <summary>
    /// Whether the command is from the current driver, not from one who released the ride or was never assigned.
    /// </summary>
    public static bool ByItsDriver<T>(BehaviorContext<Ride, T> context)
        where T : class, IDriverCommand =>
        context.Saga.DriverId is { } driver && driver.Equals(context.Message.DriverId, StringComparison.Ordinal);

    /// <summary>Whether the release is from the driver, and another driver may still be searched for.</summary>
    public static StateMachineCondition<Ride, ReleaseRide> MayBeReassigned(RideRules rules) =>
        context => ByItsDriver(context) && context.Saga.Reassignments() < rules.MaxReassignments;

    /// <summary>Whether the release is from the driver, and no other driver is searched for any more.</summary>
    public static StateMachineCondition<Ride, ReleaseRide> WasReassignedTooOften(RideRules rules) =>
        context => ByItsDriver(context) && context.Saga.Reassignments() >= rules.MaxReassignments;

    // The first search was no reassignment. Offers that ended include those of drivers who accepted too late.
    static int Reassignments(this Ride ride) => ride.Search - 1;

    public static bool ByItsRider(BehaviorContext<Ride, CancelRide> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal);

    /// <summary>
    /// Whether the rider accepts a quote that is for the ride as it is, and not for how it was before a later change.
    /// </summary>
    public static bool IsNextChange(BehaviorContext<Ride, ChangeDestination> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal)
        && !IsLastChange(context)
        && (
            context.Message.Number == context.Saga.DestinationChanges + 1
            || context.Refuse(RideProblems.QuoteReplaced())
        );

    /// <summary>Whether the ride's last change accepted this very quote: a repeat then changes nothing.</summary>
    public static bool IsLastChange(BehaviorContext<Ride, ChangeDestination> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal)
        && context.Saga.QuoteId == context.Message.QuoteId;

    /// <summary>Whether the no-show is from the driver, who has waited long enough at the pickup.</summary>
    public static StateMachineCondition<Ride, ReportNoShow> HasWaitedLongEnough(
        RideTimes times,
        Plausibility plausibility
    ) =>
        context =>
        {
            var possibleAt = context.Saga.ArrivedAt!.Value + times.NoShowAfter;
            return ByItsDriver(context)
                && (context.Message.At >= possibleAt || context.Refuse(RideProblems.TooEarly(possibleAt)))
                && (plausibility.Of(context.Saga, context.Message) is not { } unproven || context.Refuse(unproven));
        };

    /// <summary>Returns a condition that holds if both hold. The second is checked only if the first holds.</summary>
    public static StateMachineCondition<Ride, T> And<T>(
        this StateMachineCondition<Ride, T> one,
        StateMachineCondition<Ride, T> other
    )
        where T : class => context => one(context) && other(context);

    /// <summary>Whether the report is from the driver and, if the settings require it, inside its geofence and plausible.</summary>
    public static StateMachineCondition<Ride, T> IsPlausible<T>(
        Plausibility plausibility,
        Func<Ride, T, Refusal?> geofence,
        Func<Ride, T, IReadOnlyList<RideFlag>> check
    )
        where T : class, IDriverCommand =>
        context =>
            ByItsDriver(context)
            && (geofence(context.Saga, context.Message) is not { } outside || context.Refuse(outside))
            && (
                !plausibility.RefuseImplausible
                || check(context.Saga, context.Message) is not { Count: > 0 } flags
                || context.Refuse(RideProblems.Implausible(flags))
            );

    /// <summary>Whether the driver may try a PIN.</summary>
    public static bool MayTryPin(BehaviorContext<Ride, RecordWrongPin> context) =>
        ByItsDriver(context) && IsNotLocked(context);

    /// <summary>Whether the driver has the rider's PIN, if the settings require it.</summary>
    public static StateMachineCondition<Ride, StartRide> HasPin(RideRules rules) =>
        context =>
            !rules.RequireStartPin
            || (
                IsNotLocked(context)
                && (
                    context.Message.HasPin
                    || context.Refuse(RideProblems.PinIsWrong(RideRules.MaxWrongPins - context.Saga.WrongPins))
                )
            );

    static bool IsNotLocked<T>(BehaviorContext<Ride, T> context)
        where T : class =>
        context.Saga.WrongPins < RideRules.MaxWrongPins || context.Refuse(RideProblems.PinIsLocked());

    /// <summary>Whether the ride has not been flagged as overdue before.</summary>
    public static bool IsNewlyOverdue(BehaviorContext<Ride, RideBecameOverdue> context) =>
        !context.Saga.HasFlag(RideFlags.Overdue);

    /// <summary>Whether the silent driver is the ride's, and the ride has not been flagged for that before.</summary>
    public static bool IsNewlySilent(BehaviorContext<Ride, DriverWentSilent> context) =>
        context.Message.DriverId.Equals(context.Saga.DriverId, StringComparison.Ordinal)
        && !context.Saga.HasFlag(RideFlags.DriverSilent);

    /// <summary>Whether the request is from the rider, and the ride has taken long enough.</summary>
    public static StateMachineCondition<Ride, EndRide> MayBeEndedByRider(RideRules rules) =>
        context =>
        {
            var (ride, end) = (context.Saga, context.Message);
            var possibleAt = rules.RiderMayEndAt(ride.StartedAt!.Value, ride.TripSeconds ?? end.EstimatedSeconds);
            return ride.RiderId.Equals(end.RiderId, StringComparison.Ordinal)
                && (end.At >= possibleAt || context.Refuse(RideProblems.EndsTooEarly(possibleAt)));
        };

    /// <summary>Whether the rider completed the ride: a repeat then changes nothing.</summary>
    public static bool CompletedByRider(BehaviorContext<Ride, EndRide> context) =>
        context.Saga.CompletedBy is Initiator.Rider
        && context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal);

    /// <summary>Whether an operator completed the ride: a repeat then changes nothing.</summary>
    public static bool CompletedByOperator(BehaviorContext<Ride, ForceComplete> context) =>
        context.Saga.CompletedBy is Initiator.Operator;

    /// <summary>Whether an operator cancelled the ride: a repeat then changes nothing.</summary>
    public static bool CancelledByOperator(BehaviorContext<Ride, ForceCancel> context) =>
        context.Saga.CancelledBy is Initiator.Operator;

    /// <summary>Whether the assignment is new: its offer is neither the current one nor one that has ended.</summary>
    public static bool IsNewAssignment(BehaviorContext<Ride, DriverAssigned> context) =>
        context.Message.OfferId != context.Saga.OfferId && !context.Saga.EndedOffers.Contains(context.Message.OfferId);

    /// <summary>Whether the timer belongs to the current search, not to one that ended with an assignment.</summary>
    public static bool IsOfThisSearch(BehaviorContext<Ride, SearchDeadlinePassed> context) =>
        context.Message.Search == context.Saga.Search;

    public static bool IsBookedAhead(BehaviorContext<Ride, RequestRide> context) =>
        context.Message is { PickupAt: not null, SearchAt: not null };

    public static bool IsImmediate(BehaviorContext<Ride, RequestRide> context) => !IsBookedAhead(context);

    /// <summary>Whether the ride was booked ahead and its search has not started yet.</summary>
    public static bool HasNotSearchedYet(BehaviorContext<Ride, SearchStartDue> context) =>
        context.Saga.SearchAt is not null && context.Message.Search == context.Saga.Search;

    public static bool IsFirstRatingInTime(BehaviorContext<Ride, RateRide> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal)
        && MayRate(context, context.Saga.RatedAt, context.Message.At);

    /// <summary>Whether the rating is from the driver, who rates the rider for the first time and in time.</summary>
    public static bool IsDriversFirstRatingInTime(BehaviorContext<Ride, RateRider> context) =>
        ByItsDriver(context) && MayRate(context, context.Saga.RiderRatedAt, context.Message.At);

    static bool MayRate(BehaviorContext<Ride> context, DateTimeOffset? ratedAt, DateTimeOffset at) =>
        (ratedAt is null || context.Refuse(RideProblems.Rated()))
        && (at <= context.Saga.CompletedAt + RideTimes.RatingWindow || context.Refuse(RideProblems.RatedTooLate()));

    public static bool WillBeRetried(BehaviorContext<Ride, PaymentFailed> context) => context.Message.WillRetry;

    /// <summary>Whether the authorization can still serve: it is released when a ride ends without a price.</summary>
    public static bool ConcernsTheRide(BehaviorContext<Ride, PaymentAuthorized> context) =>
        context.Saga.Fare is null && context.Saga.Is() != RideStatus.NoDriverFound;

    public static bool IsFullRefund(BehaviorContext<Ride, PaymentRefunded> context) =>
        context.Message.TotalRefunded == context.Message.Captured;

    public static bool IsPartialRefund(BehaviorContext<Ride, PaymentRefunded> context) => !IsFullRefund(context);

    public static bool WillNotBeRetried(BehaviorContext<Ride, PaymentFailed> context) => !context.Message.WillRetry;
}
