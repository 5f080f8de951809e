using MassTransit;
using RideBooking.Contracts;

namespace RideBooking.Rides;

/// <summary>What must hold beyond the state for the machine to act. Where it does not, the event is ignored.</summary>
internal static class RideConditions
{
    /// <summary>Only the present driver commands the ride: not one who released it, nor one who was never assigned.</summary>
    public static bool ByItsDriver<T>(BehaviorContext<Ride, T> context)
        where T : class, IDriverCommand =>
        context.Saga.DriverId is { } driver && driver.Equals(context.Message.DriverId, StringComparison.Ordinal);

    public static bool ByItsRider(BehaviorContext<Ride, CancelRide> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal);

    /// <summary>By the driver, who has waited for the rider as long as must be, where the rider was to come.</summary>
    public static StateMachineCondition<Ride, ReportNoShow> AfterLongEnough(
        RideTimes times,
        Plausibility plausibility
    ) =>
        context =>
            ByItsDriver(context)
            && context.Message.At >= context.Saga.ArrivedAt + times.NoShowAfter
            && plausibility.Of(context.Saga, context.Message) is null;

    /// <summary>By the driver, and true as far as can be told, where the settings ask for that.</summary>
    public static StateMachineCondition<Ride, T> Believed<T>(
        Plausibility plausibility,
        Func<Ride, T, IReadOnlyList<RideFlag>> check
    )
        where T : class, IDriverCommand =>
        context =>
            ByItsDriver(context)
            && (!plausibility.RefuseImplausible || check(context.Saga, context.Message).Count == 0);

    /// <summary>Whether an operator completed the ride: doing it again changes nothing.</summary>
    public static bool CompletedByOperator(BehaviorContext<Ride, ForceComplete> context) =>
        context.Saga.CompletedBy is RideSteps.ByOperator;

    /// <summary>Whether an operator cancelled the ride: doing it again changes nothing.</summary>
    public static bool CancelledByOperator(BehaviorContext<Ride, ForceCancel> context) =>
        context.Saga.CancelledBy is RideSteps.ByOperator;

    /// <summary>Neither the offer that gave the ride its driver nor one that has ended: not a duplicate.</summary>
    public static bool IsNewAssignment(BehaviorContext<Ride, DriverAssigned> context) =>
        context.Message.OfferId != context.Saga.OfferId && !context.Saga.EndedOffers.Contains(context.Message.OfferId);

    /// <summary>Not the timer of a search that ended with an assignment.</summary>
    public static bool IsOfThisSearch(BehaviorContext<Ride, SearchDeadlinePassed> context) =>
        context.Message.Search == context.Saga.Search;

    public static bool IsFirstRatingInTime(BehaviorContext<Ride, RateRide> context) =>
        context.Saga.RiderId.Equals(context.Message.RiderId, StringComparison.Ordinal)
        && context.Saga.RatedAt is null
        && context.Message.At <= context.Saga.CompletedAt + RideTimes.RatingWindow;

    public static bool WillBeRetried(BehaviorContext<Ride, PaymentFailed> context) => context.Message.WillRetry;

    public static bool WillNotBeRetried(BehaviorContext<Ride, PaymentFailed> context) => !context.Message.WillRetry;
}
