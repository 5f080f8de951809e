using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Balance;
using RideBooking.Platform.Messaging;
using static RideBooking.Payments.PaymentConditions;

namespace RideBooking.Payments;

/// <summary>The state machine of a ride's payment: charged, retried, owed, captured.</summary>
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
        Correlate(() => FareFinalized, it => it.RideId);
        Correlate(() => FeeAssessed, it => it.RideId);
        Correlate(() => Succeeded, it => it.RideId);
        Correlate(() => Declined, it => it.RideId);
        Correlate(() => Unknown, it => it.RideId);
        Correlate(() => PayNow, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => RetryNow, it => it.RideId, unknown => unknown.Discard());
        Correlate(() => WriteOff, it => it.RideId, unknown => unknown.Discard());
        CorrelateTimer(() => Retry, it => it.RideId);

        Initially(When(RideRequested).Expect().TransitionTo(Expected));

        During(
            Expected,
            When(FareFinalized, CostsMoney).Start().Charge().TransitionTo(Charging),
            When(FareFinalized, IsFree).Start().TransitionTo(NothingDue),
            When(FeeAssessed, IsDue).Start().Charge().TransitionTo(Charging),
            When(FeeAssessed, IsWaived).Start().TransitionTo(NothingDue),
            Ignore(Succeeded),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(WriteOff),
            Ignore(Retry.Received)
        );

        During(
            Charging,
            When(Succeeded).Capture().TransitionTo(Captured),
            When(Declined, DeclinedWithRetry(retries)).Decline().WaitForRetry(Retry, retries).TransitionTo(Retrying),
            When(Declined, DeclinedFinally(retries)).Decline().GiveUp().RecordOutstanding().TransitionTo(Outstanding),
            When(Unknown, UnknownWithRetry(retries)).LeaveOpen().WaitForRetry(Retry, retries).TransitionTo(Retrying),
            When(Unknown, UnknownFinally(retries)).LeaveOpen().GiveUp().RecordOutstanding().TransitionTo(Outstanding),
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
            When(WriteOff).Unschedule(Retry).WriteOff().Accept().TransitionTo(WrittenOff),
            When(Succeeded).Unschedule(Retry).Capture().TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown)
        );

        During(
            Outstanding,
            When(PayNow).PayWith().Charge().Accept().TransitionTo(Settling),
            When(RetryNow).Charge().Accept().TransitionTo(Settling),
            When(WriteOff).WriteOff().Accept().TransitionTo(WrittenOff),
            When(Succeeded).Capture().Settle().TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(Retry.Received)
        );

        During(
            Settling,
            When(Succeeded).Capture().Settle().TransitionTo(Captured),
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
            When(Succeeded).Capture().TransitionTo(Captured),
            When(Declined, IsAwaited).Resolve(),
            When(WriteOff).AcceptRepeat(),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(Retry.Received)
        );

        // Final, but kept: every redelivered message, however late, finds the ride paid.
        During(
            [Captured, NothingDue],
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
            [Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, NothingDue],
            When(FareFinalized).EnsureUnchanged(),
            When(FeeAssessed).EnsureUnchanged()
        );
        During(
            [Expected, Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, NothingDue],
            Ignore(RideRequested)
        );
    }

    /// <summary>The ride was requested; its price is not known yet.</summary>
    public State Expected { get; } = null!;

    /// <summary>The gateway was called and has not answered yet.</summary>
    public State Charging { get; } = null!;

    /// <summary>The next attempt is scheduled.</summary>
    public State Retrying { get; } = null!;

    /// <summary>The rider owes the amount; there are no more automatic attempts.</summary>
    public State Outstanding { get; } = null!;

    /// <summary>The rider owes the amount, and a new attempt is in flight.</summary>
    public State Settling { get; } = null!;

    /// <summary>Paid.</summary>
    public State Captured { get; } = null!;

    /// <summary>The ride costs nothing.</summary>
    public State NothingDue { get; } = null!;

    /// <summary>An operator wrote the amount off.</summary>
    public State WrittenOff { get; } = null!;

    public Event<RideRequested> RideRequested { get; } = null!;
    public Event<FareFinalized> FareFinalized { get; } = null!;
    public Event<CancellationFeeAssessedV2> FeeAssessed { get; } = null!;
    public Event<ChargeSucceeded> Succeeded { get; } = null!;
    public Event<ChargeDeclined> Declined { get; } = null!;
    public Event<ChargeUnknown> Unknown { get; } = null!;
    public Event<PayNow> PayNow { get; } = null!;
    public Event<RetryPayment> RetryNow { get; } = null!;
    public Event<WriteOffPayment> WriteOff { get; } = null!;

    public SagaTimer<Payment, RetryDue> Retry { get; } = new(payment => payment.RetryTokenId);
}
