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

    public static bool ByItsRider(BehaviorContext<Ride, CancelRide> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal);

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

    /// <summary>Whether the report is from the driver and, if the settings require it, plausible.</summary>
    public static StateMachineCondition<Ride, T> IsPlausible<T>(
        Plausibility plausibility,
        Func<Ride, T, IReadOnlyList<RideFlag>> check
    )
        where T : class, IDriverCommand =>
        context =>
            ByItsDriver(context)
            && (
                !plausibility.RefuseImplausible
                || check(context.Saga, context.Message) is not { Count: > 0 } flags
                || context.Refuse(RideProblems.Implausible(flags))
            );

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

    public static bool IsFirstRatingInTime(BehaviorContext<Ride, RateRide> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal)
        && (context.Saga.RatedAt is null || context.Refuse(RideProblems.Rated()))
        && (
            context.Message.At <= context.Saga.CompletedAt + RideTimes.RatingWindow
            || context.Refuse(RideProblems.RatedTooLate())
        );

    public static bool WillBeRetried(BehaviorContext<Ride, PaymentFailed> context) => context.Message.WillRetry;

    /// <summary>Whether the authorization can still serve: it is released when a ride ends without a price.</summary>
    public static bool ConcernsTheRide(BehaviorContext<Ride, PaymentAuthorized> context) =>
        context.Saga.Fare is null && context.Saga.Is() != RideStatus.NoDriverFound;

    public static bool IsFullRefund(BehaviorContext<Ride, PaymentRefunded> context) =>
        context.Message.TotalRefunded == context.Message.Captured;

    public static bool IsPartialRefund(BehaviorContext<Ride, PaymentRefunded> context) => !IsFullRefund(context);

    public static bool WillNotBeRetried(BehaviorContext<Ride, PaymentFailed> context) => !context.Message.WillRetry;
}
