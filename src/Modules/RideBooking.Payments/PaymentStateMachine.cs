using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Messaging;
using static RideBooking.Payments.PaymentConditions;

namespace RideBooking.Payments;

/// <summary>The state machine of a ride's payment: authorized, charged, retried, owed, captured, refunded.</summary>
/// <remarks>
/// Only this machine decides what the gateway is asked to do, and under which key. See docs/diagrams/payment.md.
/// </remarks>
internal sealed class PaymentStateMachine : CorrelatedStateMachine<Payment>
{
    public PaymentStateMachine(PaymentOptions options)
    {
        var retries = options.RetryDelays;
        InstanceState(payment => payment.Status);

        // Money moves only for a requested ride. An early fare or fee is retried until the request has arrived; without a request
        // it ends in the error queue. So does a capture without a payment of ours.
        Correlate(() => RideRequested, it => it.RideId);
        // Before its request the ride has no payment to authorize; the fare is then charged without an authorization.
        Correlate(() => DriverAssigned, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => NoDriverFound, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => FareFinalized, it => it.RideId);
        Correlate(() => FeeAssessed, it => it.RideId);
        Correlate(() => Succeeded, it => it.RideId);
        Correlate(() => Declined, it => it.RideId);
        Correlate(() => Unknown, it => it.RideId);
        Correlate(() => PayNow, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => RetryNow, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => WriteOff, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => Refund, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => RefundSucceeded, it => it.RideId);
        Correlate(() => RefundDeclined, it => it.RideId);
        Correlate(() => RefundUnknown, it => it.RideId);
        Correlate(() => AuthorizationSucceeded, it => it.RideId);
        Correlate(() => AuthorizationDeclined, it => it.RideId);
        Correlate(() => AuthorizationUnknown, it => it.RideId);
        Correlate(() => AuthorizationVoided, it => it.RideId);
        CorrelateTimer(() => Retry, it => it.RideId);
        CorrelateTimer(() => RefundRetry, it => it.RideId);

        Initially(When(RideRequested).Expect().TransitionTo(Expected));

        During(
            Expected,
            When(DriverAssigned, MayBeAuthorized(options)).Authorize().TransitionTo(Authorizing),
            When(NoDriverFound).ExpectNothing(),
            When(FareFinalized, CostsMoney).Start().Charge().TransitionTo(Charging),
            When(FareFinalized, IsFree).Start().TransitionTo(NothingDue),
            When(FeeAssessed, IsDue).Start().Charge().TransitionTo(Charging),
            When(FeeAssessed, IsWaived).Start().TransitionTo(NothingDue),
            Ignore(Retry.Received)
        );

        // If the ride ends before the gateway has answered, the amount is charged without the authorization.
        During(
            Authorizing,
            When(AuthorizationSucceeded, IsAwaited).Unschedule(Retry).RecordAuthorization().TransitionTo(Authorized),
            When(AuthorizationDeclined, IsAwaited).Unschedule(Retry).RecordDecline().TransitionTo(Expected),
            When(AuthorizationUnknown, UnauthorizedWithRetry(retries)).WaitForAuthorization(Retry, retries),
            When(AuthorizationUnknown, UnauthorizedFinally(retries))
                .Unschedule(Retry)
                .GiveUpAuthorization()
                .VoidAuthorization()
                .TransitionTo(Expected),
            When(Retry.Received, IsNextAttempt).RepeatAuthorization(),
            When(NoDriverFound).Unschedule(Retry).VoidAuthorization().ExpectNothing().TransitionTo(Expected),
            When(FareFinalized, CostsMoney)
                .Unschedule(Retry)
                .VoidAuthorization()
                .Start()
                .Charge()
                .TransitionTo(Charging),
            When(FareFinalized, IsFree).Unschedule(Retry).VoidAuthorization().Start().TransitionTo(NothingDue),
            When(FeeAssessed, IsDue).Unschedule(Retry).VoidAuthorization().Start().Charge().TransitionTo(Charging),
            When(FeeAssessed, IsWaived).Unschedule(Retry).VoidAuthorization().Start().TransitionTo(NothingDue),
            Ignore(DriverAssigned)
        );

        // The authorization is kept when the driver releases the ride: it serves the next driver.
        During(
            Authorized,
            When(NoDriverFound).VoidAuthorization().ExpectNothing().TransitionTo(Expected),
            When(FareFinalized, CostsMoney).Start().VoidUnlessUsable().Charge().TransitionTo(Charging),
            When(FareFinalized, IsFree).VoidAuthorization().Start().TransitionTo(NothingDue),
            When(FeeAssessed, IsDue).Start().VoidUnlessUsable().Charge().TransitionTo(Charging),
            When(FeeAssessed, IsWaived).VoidAuthorization().Start().TransitionTo(NothingDue),
            Ignore(DriverAssigned),
            Ignore(Retry.Received)
        );

        // Before the ride has ended, nothing is due.
        During(
            [Expected, Authorizing, Authorized],
            Ignore(Succeeded),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(WriteOff)
        );

        // A late assignment or a late answer: an authorization that is not used is being voided.
        During(
            [Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, Refunding, Refunded, NothingDue],
            Ignore(DriverAssigned),
            Ignore(NoDriverFound)
        );
        During(
            [
                Expected,
                Authorized,
                Charging,
                Retrying,
                Outstanding,
                Settling,
                WrittenOff,
                Captured,
                Refunding,
                Refunded,
                NothingDue,
            ],
            Ignore(AuthorizationSucceeded),
            Ignore(AuthorizationDeclined),
            Ignore(AuthorizationUnknown)
        );
        DuringAny(When(AuthorizationVoided, IsVoiding).RecordVoid());

        During(
            Charging,
            When(Succeeded).Capture().VoidAuthorization().TransitionTo(Captured),
            When(Declined, DeclinedWithRetry(retries)).Decline().WaitForRetry(Retry, retries).TransitionTo(Retrying),
            When(Declined, DeclinedFinally(retries))
                .Decline()
                .GiveUp()
                .RecordOutstanding()
                .VoidAuthorization()
                .TransitionTo(Outstanding),
            When(Unknown, UnknownWithRetry(retries)).LeaveOpen().WaitForRetry(Retry, retries).TransitionTo(Retrying),
            When(Unknown, UnknownFinally(retries))
                .LeaveOpen()
                .GiveUp()
                .RecordOutstanding()
                .VoidAuthorization()
                .TransitionTo(Outstanding),
            // Replaces the attempt in flight: its key is closed before the other card is charged.
            When(PayNow, NamesAnotherCard).PayWith().Charge().Accept(),
            When(PayNow, NamesTheSameCard).AcceptRepeat(), // already in flight
            When(RetryNow).AcceptRepeat(),
            When(WriteOff).Refuse(PaymentProblems.InProgress()),
            Ignore(Retry.Received)
        );

        During(
            Retrying,
            When(Retry.Received, IsNextAttempt).Charge().TransitionTo(Charging),
            When(PayNow).PayWith().Unschedule(Retry).Charge().Accept().TransitionTo(Charging),
            When(RetryNow).Unschedule(Retry).Charge().Accept().TransitionTo(Charging),
            When(WriteOff).Unschedule(Retry).WriteOff().VoidAuthorization().Accept().TransitionTo(WrittenOff),
            When(Succeeded).Unschedule(Retry).Capture().VoidAuthorization().TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown)
        );

        During(
            Outstanding,
            When(PayNow).PayWith().Charge().Accept().TransitionTo(Settling),
            When(RetryNow).Charge().Accept().TransitionTo(Settling),
            When(WriteOff).WriteOff().VoidAuthorization().Accept().TransitionTo(WrittenOff),
            When(Succeeded).Capture().Settle().VoidAuthorization().TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(Retry.Received)
        );

        During(
            Settling,
            When(Succeeded).Capture().Settle().VoidAuthorization().TransitionTo(Captured),
            When(Declined, IsAwaited).Decline().GiveUp().TransitionTo(Outstanding),
            When(Unknown, IsAwaited).LeaveOpen().GiveUp().TransitionTo(Outstanding),
            // Replaces the attempt in flight: its key is closed before the other card is charged.
            When(PayNow, NamesAnotherCard).PayWith().Charge().Accept(),
            When(PayNow, NamesTheSameCard).AcceptRepeat(), // already in flight
            When(RetryNow).AcceptRepeat(),
            When(WriteOff).Refuse(PaymentProblems.InProgress()),
            Ignore(Retry.Received)
        );

        During(
            WrittenOff,
            // The amount was captured after all: the gateway's books say so, and therefore the ride does.
            When(Succeeded).Capture().VoidAuthorization().TransitionTo(Captured),
            When(Declined, IsAwaited).Resolve(),
            When(WriteOff).AcceptRepeat(),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(Retry.Received)
        );

        During(
            Captured,
            When(Refund, IsKnown).AcceptRepeat(),
            When(Refund, IsNextRefund).BeginRefund().Accept().TransitionTo(Refunding)
        );

        During(
            Refunding,
            When(RefundSucceeded, RefundsAPart).Unschedule(RefundRetry).CompleteRefund().TransitionTo(Captured),
            When(RefundSucceeded, RefundsTheRest).Unschedule(RefundRetry).CompleteRefund().TransitionTo(Refunded),
            When(RefundDeclined, IsAwaited).Unschedule(RefundRetry).FailRefund().TransitionTo(Captured),
            When(RefundUnknown, IsAwaited).WaitForRefund(RefundRetry, retries),
            When(RefundRetry.Received, IsNextCall).RepeatRefund(),
            When(Refund, IsKnown).AcceptRepeat(),
            When(Refund, IsAnother).Refuse(PaymentProblems.RefundIsInProgress())
        );

        During(
            Refunded,
            When(Refund, IsKnown).AcceptRepeat(),
            When(Refund, IsAnother).Refuse(PaymentProblems.IsRefunded())
        );

        During(
            [Expected, Authorizing, Authorized, Charging, Retrying, Outstanding, Settling, WrittenOff, NothingDue],
            When(Refund).Refuse(PaymentProblems.IsNotCaptured())
        );
        During(
            [
                Expected,
                Authorizing,
                Authorized,
                Charging,
                Retrying,
                Outstanding,
                Settling,
                WrittenOff,
                NothingDue,
                Captured,
                Refunded,
            ],
            Ignore(RefundSucceeded),
            Ignore(RefundDeclined),
            Ignore(RefundUnknown),
            Ignore(RefundRetry.Received)
        );

        // Final, but kept: every redelivered message, however late, finds the ride paid.
        During(
            [Captured, Refunding, Refunded, NothingDue],
            Ignore(Succeeded),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(WriteOff),
            Ignore(Retry.Received)
        );

        // A repeated fare or fee is the same one.
        During(
            [Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, Refunding, Refunded, NothingDue],
            When(FareFinalized).EnsureUnchanged(),
            When(FeeAssessed).EnsureUnchanged()
        );
        During(
            [
                Expected,
                Authorizing,
                Authorized,
                Charging,
                Retrying,
                Outstanding,
                Settling,
                WrittenOff,
                Captured,
                Refunding,
                Refunded,
                NothingDue,
            ],
            Ignore(RideRequested)
        );
    }

    /// <summary>The ride was requested; its price is not known yet.</summary>
    public State Expected { get; } = null!;

    /// <summary>A driver was assigned, and the gateway was called to reserve the expected fare.</summary>
    public State Authorizing { get; } = null!;

    /// <summary>The expected fare is reserved on the rider's card.</summary>
    public State Authorized { get; } = null!;

    /// <summary>The gateway was called and has not answered yet.</summary>
    public State Charging { get; } = null!;

    /// <summary>The next attempt is scheduled.</summary>
    public State Retrying { get; } = null!;

    /// <summary>The rider owes the amount; there are no more automatic attempts.</summary>
    public State Outstanding { get; } = null!;

    /// <summary>The rider owes the amount, and a new attempt is in flight.</summary>
    public State Settling { get; } = null!;

    /// <summary>Paid. A part may have been refunded.</summary>
    public State Captured { get; } = null!;

    /// <summary>Paid, and the gateway was called for a refund.</summary>
    public State Refunding { get; } = null!;

    /// <summary>Paid and refunded in full.</summary>
    public State Refunded { get; } = null!;

    /// <summary>The ride costs nothing.</summary>
    public State NothingDue { get; } = null!;

    /// <summary>An operator wrote the amount off.</summary>
    public State WrittenOff { get; } = null!;

    public Event<RideRequestedV2> RideRequested { get; } = null!;
    public Event<DriverAssigned> DriverAssigned { get; } = null!;
    public Event<NoDriverFound> NoDriverFound { get; } = null!;
    public Event<FareFinalized> FareFinalized { get; } = null!;
    public Event<CancellationFeeAssessedV2> FeeAssessed { get; } = null!;
    public Event<ChargeSucceeded> Succeeded { get; } = null!;
    public Event<ChargeDeclined> Declined { get; } = null!;
    public Event<ChargeUnknown> Unknown { get; } = null!;
    public Event<PayNow> PayNow { get; } = null!;
    public Event<RetryPayment> RetryNow { get; } = null!;
    public Event<WriteOffPayment> WriteOff { get; } = null!;

    public Event<RefundPayment> Refund { get; } = null!;
    public Event<RefundSucceeded> RefundSucceeded { get; } = null!;
    public Event<RefundDeclined> RefundDeclined { get; } = null!;
    public Event<RefundUnknown> RefundUnknown { get; } = null!;
    public Event<AuthorizationSucceeded> AuthorizationSucceeded { get; } = null!;
    public Event<AuthorizationDeclined> AuthorizationDeclined { get; } = null!;
    public Event<AuthorizationUnknown> AuthorizationUnknown { get; } = null!;
    public Event<AuthorizationVoided> AuthorizationVoided { get; } = null!;

    public SagaTimer<Payment, RefundDue> RefundRetry { get; } = new(payment => payment.RefundRetryTokenId);
    public SagaTimer<Payment, RetryDue> Retry { get; } = new(payment => payment.RetryTokenId);
}
