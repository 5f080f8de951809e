using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using static RideBooking.Rides.RideConditions;

namespace RideBooking.Rides;

/// <summary>The state machine of a ride and the only writer of its status. See docs/diagrams/ride.md.</summary>
internal sealed class RideStateMachine : CorrelatedStateMachine<Ride>
{
    public RideStateMachine(RideTimes times, Plausibility plausibility, RideRules rules)
    {
        InstanceState(ride => ride.Status);

        Correlate(() => RequestRide, it => it.RideId);
        Correlate(() => CancelRide, it => it.RideId);
        Correlate(() => ChangeDestination, it => it.RideId);
        Correlate(() => ArriveAtPickup, it => it.RideId);
        Correlate(() => StartRide, it => it.RideId);
        Correlate(() => CompleteRide, it => it.RideId);
        Correlate(() => ReleaseRide, it => it.RideId);
        Correlate(() => ReportNoShow, it => it.RideId);
        Correlate(() => RateRide, it => it.RideId);
        Correlate(() => RateRider, it => it.RideId);
        Correlate(() => ForceComplete, it => it.RideId);
        Correlate(() => ForceCancel, it => it.RideId);
        Correlate(() => ReassignRide, it => it.RideId);
        Correlate(() => RecordWrongPin, it => it.RideId);
        Correlate(() => EndRide, it => it.RideId);
        Correlate(() => DriverWentSilent, it => it.RideId);
        Correlate(() => DriverWasAssigned, it => it.RideId);
        Correlate(() => FareFinalized, it => it.RideId);
        Correlate(() => CancellationFeeAssessed, it => it.RideId);
        Correlate(() => PaymentAuthorized, it => it.RideId);
        Correlate(() => PaymentCaptured, it => it.RideId);
        Correlate(() => PaymentFailed, it => it.RideId);
        Correlate(() => PaymentRefunded, it => it.RideId);
        Correlate(() => BalanceOutstanding, it => it.RideId);
        Correlate(() => BalanceSettled, it => it.RideId);
        Correlate(() => BalanceWrittenOff, it => it.RideId);
        CorrelateTimer(() => SearchDeadline, it => it.RideId);
        CorrelateTimer(() => SearchStart, it => it.RideId);
        CorrelateTimer(() => Overdue, it => it.RideId);

        Initially(
            When(RequestRide, IsImmediate)
                .CreateRide()
                .StartSearch(SearchDeadline, times)
                .Accept()
                .TransitionTo(Requested),
            When(RequestRide, IsBookedAhead).CreateRide().ScheduleSearch(SearchStart).Accept().TransitionTo(Requested)
        );

        During(
            Requested,
            When(DriverWasAssigned, IsNewAssignment)
                .AssignDriver()
                .Unschedule(SearchDeadline)
                .Unschedule(SearchStart)
                .TransitionTo(DriverAssigned),
            When(CancelRide, ByItsRider)
                .Unschedule(SearchDeadline)
                .Unschedule(SearchStart)
                .CancelByRider(times)
                .Accept()
                .TransitionTo(Cancelled),
            When(SearchDeadline.Received, IsOfThisSearch)
                .Unschedule(SearchStart)
                .GiveUp(times)
                .TransitionTo(NoDriverFound),
            When(SearchStart.Received, HasNotSearchedYet).BeginBookedSearch().StartSearch(SearchDeadline, times),
            When(ForceCancel)
                .Unschedule(SearchDeadline)
                .Unschedule(SearchStart)
                .CancelByOperator(times)
                .Accept()
                .TransitionTo(Cancelled),
            Ignore(ForceComplete),
            Ignore(ArriveAtPickup),
            Ignore(StartRide),
            Ignore(CompleteRide),
            Ignore(ReleaseRide),
            Ignore(ReassignRide),
            Ignore(ReportNoShow)
        );

        During(
            DriverAssigned,
            When(ArriveAtPickup, IsPlausible<ArriveAtPickup>(plausibility, plausibility.OutsideOf, plausibility.Of))
                .Arrive(times, plausibility)
                .Flag(plausibility.Of)
                .Accept()
                .TransitionTo(DriverArrived),
            When(CancelRide, ByItsRider).CancelByRider(times).Accept().TransitionTo(Cancelled),
            When(ForceCancel).CancelByOperator(times).Accept().TransitionTo(Cancelled),
            Ignore(ForceComplete),
            When(ReleaseRide, MayBeReassigned(rules))
                .UnassignDriver()
                .StartSearch(SearchDeadline, times)
                .Accept()
                .TransitionTo(Requested),
            When(ReleaseRide, WasReassignedTooOften(rules)).GiveUp().Accept().TransitionTo(NoDriverFound),
            When(ReassignRide).UnassignDriver().StartSearch(SearchDeadline, times).Accept().TransitionTo(Requested),
            Ignore(StartRide),
            Ignore(CompleteRide),
            Ignore(ReportNoShow)
        );

        During(
            DriverArrived,
            When(
                    StartRide,
                    IsPlausible<StartRide>(plausibility, plausibility.OutsideOf, plausibility.Of).And(HasPin(rules))
                )
                .Start(Overdue, rules)
                .Flag(plausibility.Of)
                .Accept()
                .TransitionTo(InProgress),
            When(RecordWrongPin, MayTryPin).CountWrongPin().Accept(),
            When(CancelRide, ByItsRider).CancelByRider(times).Accept().TransitionTo(Cancelled),
            When(ForceCancel).CancelByOperator(times).Accept().TransitionTo(Cancelled),
            Ignore(ForceComplete),
            When(ReportNoShow, HasWaitedLongEnough(times, plausibility))
                .CancelAsNoShow(times)
                .Accept()
                .TransitionTo(Cancelled),
            When(ReleaseRide, MayBeReassigned(rules))
                .UnassignDriver()
                .StartSearch(SearchDeadline, times)
                .Accept()
                .TransitionTo(Requested),
            When(ReleaseRide, WasReassignedTooOften(rules)).GiveUp().Accept().TransitionTo(NoDriverFound),
            When(ReassignRide).UnassignDriver().StartSearch(SearchDeadline, times).Accept().TransitionTo(Requested),
            Ignore(ArriveAtPickup),
            Ignore(CompleteRide)
        );

        During(
            InProgress,
            When(CompleteRide, IsPlausible<CompleteRide>(plausibility, plausibility.OutsideOf, plausibility.Of))
                .Unschedule(Overdue)
                .Complete(times, plausibility)
                .Flag(plausibility.Of)
                .Accept()
                .TransitionTo(Completed),
            When(ForceComplete).Unschedule(Overdue).CompleteByOperator(times).Accept().TransitionTo(Completed),
            When(ForceCancel).Unschedule(Overdue).CancelByOperator(times).Accept().TransitionTo(Cancelled),
            When(EndRide, MayBeEndedByRider(rules))
                .Unschedule(Overdue)
                .CompleteByRider(times)
                .Accept()
                .TransitionTo(Completed),
            When(Overdue.Received, IsNewlyOverdue).RaiseOverdue(rules),
            When(DriverWentSilent, IsNewlySilent).RaiseSilence(),
            Ignore(CancelRide),
            Ignore(ArriveAtPickup),
            Ignore(StartRide),
            Ignore(ReleaseRide),
            Ignore(ReassignRide),
            Ignore(ReportNoShow)
        );

        During(
            Completed,
            When(RateRide, IsFirstRatingInTime).Rate().Accept(),
            When(RateRider, IsDriversFirstRatingInTime).Rate().Accept(),
            When(ForceComplete, CompletedByOperator).AcceptRepeat(),
            When(EndRide, CompletedByRider).AcceptRepeat(),
            Ignore(CancelRide),
            Ignore(ForceCancel)
        );
        During(
            Cancelled,
            When(CancelRide, ByItsRider).AcceptRepeat(),
            When(ForceCancel, CancelledByOperator).AcceptRepeat(),
            Ignore(ForceComplete)
        );
        During(NoDriverFound, Ignore(CancelRide), Ignore(ForceComplete), Ignore(ForceCancel));

        // A ride that has ended takes no further commands from its driver, and is not reassigned.
        During(
            [Completed, Cancelled, NoDriverFound],
            Ignore(ArriveAtPickup),
            Ignore(StartRide),
            Ignore(CompleteRide),
            Ignore(ReleaseRide),
            Ignore(ReassignRide),
            Ignore(ReportNoShow)
        );

        During(
            [Requested, DriverAssigned, DriverArrived, InProgress],
            When(ChangeDestination, IsNextChange).Redirect().Accept(),
            When(ChangeDestination, IsLastChange).AcceptRepeat()
        );
        During([Completed, Cancelled, NoDriverFound], Ignore(ChangeDestination));

        // A driver who accepts second or late is rejected and available again. A repeated acceptance by the ride's driver
        // changes nothing.
        During(
            [DriverAssigned, DriverArrived, InProgress, Completed, Cancelled, NoDriverFound],
            When(DriverWasAssigned, IsNewAssignment).RejectDriver(),
            Ignore(SearchDeadline.Received),
            Ignore(SearchStart.Received)
        );

        During(
            [Requested, DriverAssigned, DriverArrived, InProgress, Cancelled, NoDriverFound],
            Ignore(RateRide),
            Ignore(RateRider)
        );
        During([Requested, DriverAssigned, InProgress, Completed, Cancelled, NoDriverFound], Ignore(RecordWrongPin));
        During([Requested, DriverAssigned, DriverArrived, Cancelled, NoDriverFound], Ignore(EndRide));
        During(
            [Requested, DriverAssigned, DriverArrived, Completed, Cancelled, NoDriverFound],
            Ignore(Overdue.Received),
            Ignore(DriverWentSilent)
        );

        // The price and the payment are recorded in every status: their events arrive in any order.
        DuringAny(
            When(FareFinalized).OfItsRider(it => it.RiderId).RecordAmountDue(fare => fare.Total),
            When(CancellationFeeAssessed).OfItsRider(it => it.RiderId).RecordAmountDue(fee => fee.Amount),
            When(PaymentAuthorized, ConcernsTheRide)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Authorized, payment => payment.Amount),
            When(PaymentCaptured)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Captured, payment => payment.Amount),
            When(PaymentFailed, WillBeRetried)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Retrying, payment => payment.Amount),
            When(PaymentFailed, WillNotBeRetried)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Outstanding, payment => payment.Amount),
            When(PaymentRefunded, IsFullRefund)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Refunded, refund => refund.TotalRefunded),
            // The payment stays captured: the receipt shows what was refunded.
            When(PaymentRefunded, IsPartialRefund).OfItsRider(it => it.RiderId),
            When(BalanceOutstanding)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Outstanding, balance => balance.Amount),
            When(BalanceWrittenOff)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.WrittenOff, balance => balance.Amount),
            When(BalanceSettled)
                .OfItsRider(it => it.RiderId)
                .RecordPayment(PaymentStatus.Captured, balance => balance.Amount),
            Ignore(RequestRide)
        );
    }

    public State Requested { get; } = null!;
    public State DriverAssigned { get; } = null!;
    public State DriverArrived { get; } = null!;
    public State InProgress { get; } = null!;
    public State Completed { get; } = null!;
    public State Cancelled { get; } = null!;
    public State NoDriverFound { get; } = null!;

    public Event<RequestRide> RequestRide { get; } = null!;
    public Event<CancelRide> CancelRide { get; } = null!;
    public Event<ChangeDestination> ChangeDestination { get; } = null!;
    public Event<ArriveAtPickup> ArriveAtPickup { get; } = null!;
    public Event<StartRide> StartRide { get; } = null!;
    public Event<CompleteRide> CompleteRide { get; } = null!;
    public Event<ReleaseRide> ReleaseRide { get; } = null!;
    public Event<ReportNoShow> ReportNoShow { get; } = null!;
    public Event<RateRide> RateRide { get; } = null!;
    public Event<RateRider> RateRider { get; } = null!;
    public Event<ForceComplete> ForceComplete { get; } = null!;
    public Event<ForceCancel> ForceCancel { get; } = null!;
    public Event<ReassignRide> ReassignRide { get; } = null!;
    public Event<RecordWrongPin> RecordWrongPin { get; } = null!;
    public Event<EndRide> EndRide { get; } = null!;
    public Event<DriverWentSilent> DriverWentSilent { get; } = null!;

    public Event<DriverAssigned> DriverWasAssigned { get; } = null!;
    public Event<FareFinalized> FareFinalized { get; } = null!;
    public Event<CancellationFeeAssessedV2> CancellationFeeAssessed { get; } = null!;
    public Event<PaymentAuthorized> PaymentAuthorized { get; } = null!;
    public Event<PaymentCaptured> PaymentCaptured { get; } = null!;
    public Event<PaymentFailed> PaymentFailed { get; } = null!;
    public Event<PaymentRefunded> PaymentRefunded { get; } = null!;
    public Event<BalanceOutstanding> BalanceOutstanding { get; } = null!;
    public Event<BalanceSettled> BalanceSettled { get; } = null!;
    public Event<BalanceWrittenOff> BalanceWrittenOff { get; } = null!;

    public SagaTimer<Ride, SearchStartDue> SearchStart { get; } = new(ride => ride.SearchStartTokenId);

    public SagaTimer<Ride, SearchDeadlinePassed> SearchDeadline { get; } = new(ride => ride.SearchDeadlineTokenId);

    /// <summary>Fires when a ride has been in progress for too long.</summary>
    public SagaTimer<Ride, RideBecameOverdue> Overdue { get; } = new(ride => ride.OverdueTokenId);
}
