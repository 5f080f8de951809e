using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Balance;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>The state machine of a ride's payment: charged, retried, owed, captured.</summary>
/// <remarks>
/// Only this machine decides what the gateway is asked to do, and under which key. See docs/diagrams/payment.md.
/// </remarks>
internal sealed class PaymentStateMachine : MassTransitStateMachine<Payment>
{
    public PaymentStateMachine(PaymentOptions options, TimeProvider clock)
    {
        var retries = options.RetryDelays;
        InstanceState(payment => payment.Status);

        Event(() => RideRequested, e => e.CorrelateById(context => context.Message.RideId));
        // Money moves only for a requested ride. An early event is retried until the request has arrived; without a request it
        // ends in the error queue.
        Event(() => FareFinalized, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => FeeAssessed, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        // A capture without a payment of ours must end in the error queue, not in the log.
        Event(() => Succeeded, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => Declined, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => Unknown, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => PayNow, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Discard()));
        Event(() => RetryNow, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Discard()));
        Event(() => WriteOff, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Discard()));
        Schedule(
            () => Retry,
            payment => payment.RetryTokenId,
            schedule =>
                schedule.Received = e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Discard())
        );

        Initially(When(RideRequested).Expect(clock).TransitionTo(Expected));

        During(
            Expected,
            When(FareFinalized, c => c.Message.Total.Amount > 0).Start(clock).Charge(clock).TransitionTo(Charging),
            When(FareFinalized, c => c.Message.Total.Amount <= 0).Start(clock).TransitionTo(NothingDue),
            When(FeeAssessed, c => c.Message.Amount.Amount > 0).Start(clock).Charge(clock).TransitionTo(Charging),
            When(FeeAssessed, c => c.Message.Amount.Amount <= 0).Start(clock).TransitionTo(NothingDue),
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
            When(Succeeded).Capture(clock).TransitionTo(Captured),
            When(Declined, c => c.IsAwaited() && c.Message.MayRetry && c.HasRetry(retries))
                .Decline(clock)
                .WaitForRetry(Retry, retries, clock)
                .TransitionTo(Retrying),
            When(Declined, c => c.IsAwaited() && !(c.Message.MayRetry && c.HasRetry(retries)))
                .Decline(clock)
                .GiveUp(clock)
                .RecordOutstanding(clock)
                .TransitionTo(Outstanding),
            When(Unknown, c => c.IsAwaited() && c.HasRetry(retries))
                .LeaveOpen(clock)
                .WaitForRetry(Retry, retries, clock)
                .TransitionTo(Retrying),
            When(Unknown, c => c.IsAwaited() && !c.HasRetry(retries))
                .LeaveOpen(clock)
                .GiveUp(clock)
                .RecordOutstanding(clock)
                .TransitionTo(Outstanding),
            // Replaces the attempt in flight: its key is closed before the other card is charged.
            When(PayNow, c => c.NamesAnotherCard()).Accept().PayWith().Charge(clock),
            When(PayNow, c => !c.NamesAnotherCard()).Accept(), // already in flight
            When(RetryNow).Accept(),
            Ignore(WriteOff), // only after the gateway has answered
            Ignore(Retry.Received)
        );

        During(
            Retrying,
            When(Retry.Received, c => c.Message.Attempt == c.Saga.Attempt).Charge(clock).TransitionTo(Charging),
            When(PayNow).Accept().PayWith().Unschedule(Retry).Charge(clock).TransitionTo(Charging),
            When(RetryNow).Accept().Unschedule(Retry).Charge(clock).TransitionTo(Charging),
            When(WriteOff).Accept().Unschedule(Retry).WriteOff(clock).TransitionTo(WrittenOff),
            When(Succeeded).Unschedule(Retry).Capture(clock).TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown)
        );

        During(
            Outstanding,
            When(PayNow).Accept().PayWith().Charge(clock).TransitionTo(Settling),
            When(RetryNow).Accept().Charge(clock).TransitionTo(Settling),
            When(WriteOff).Accept().WriteOff(clock).TransitionTo(WrittenOff),
            When(Succeeded).Capture(clock).Settle(clock).TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(Retry.Received)
        );

        During(
            Settling,
            When(Succeeded).Capture(clock).Settle(clock).TransitionTo(Captured),
            When(Declined, c => c.IsAwaited()).Decline(clock).GiveUp(clock).TransitionTo(Outstanding),
            When(Unknown, c => c.IsAwaited()).LeaveOpen(clock).GiveUp(clock).TransitionTo(Outstanding),
            // Replaces the attempt in flight: its key is closed before the other card is charged.
            When(PayNow, c => c.NamesAnotherCard()).Accept().PayWith().Charge(clock),
            When(PayNow, c => !c.NamesAnotherCard()).Accept(), // already in flight
            When(RetryNow).Accept(),
            Ignore(WriteOff), // only after the gateway has answered
            Ignore(Retry.Received)
        );

        During(
            WrittenOff,
            // The amount was captured after all: the gateway's books say so, and therefore the ride does.
            When(Succeeded).Capture(clock).TransitionTo(Captured),
            When(Declined, c => c.IsAwaited()).Resolve(),
            When(WriteOff).Accept(),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(Retry.Received)
        );

        // Final, but kept: every redelivered message, however late, finds the ride paid.
        foreach (var over in new[] { Captured, NothingDue })
            During(
                over,
                Ignore(Succeeded),
                Ignore(Declined),
                Ignore(Unknown),
                Ignore(PayNow),
                Ignore(RetryNow),
                Ignore(WriteOff),
                Ignore(Retry.Received)
            );

        // A repeated fare or fee is the same one.
        foreach (var due in new[] { Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, NothingDue })
            During(due, When(FareFinalized).RefuseAnother(), When(FeeAssessed).RefuseAnother());
        foreach (
            var known in new[] { Expected, Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, NothingDue }
        )
            During(known, Ignore(RideRequested));
    }

    /// <summary>The ride was requested; its price is not known yet.</summary>
    public State Expected { get; private set; } = null!;

    /// <summary>The gateway was called and has not answered yet.</summary>
    public State Charging { get; private set; } = null!;

    /// <summary>The next attempt is scheduled.</summary>
    public State Retrying { get; private set; } = null!;

    /// <summary>The rider owes the amount; there are no more automatic attempts.</summary>
    public State Outstanding { get; private set; } = null!;

    /// <summary>The rider owes the amount, and a new attempt is in flight.</summary>
    public State Settling { get; private set; } = null!;

    /// <summary>Paid.</summary>
    public State Captured { get; private set; } = null!;

    /// <summary>The ride costs nothing.</summary>
    public State NothingDue { get; private set; } = null!;

    /// <summary>An operator wrote the amount off.</summary>
    public State WrittenOff { get; private set; } = null!;

    public Event<RideRequested> RideRequested { get; private set; } = null!;

    public Event<FareFinalized> FareFinalized { get; private set; } = null!;

    public Event<CancellationFeeAssessed> FeeAssessed { get; private set; } = null!;

    public Event<ChargeSucceeded> Succeeded { get; private set; } = null!;

    public Event<ChargeDeclined> Declined { get; private set; } = null!;

    public Event<ChargeUnknown> Unknown { get; private set; } = null!;

    public Event<PayNow> PayNow { get; private set; } = null!;

    public Event<RetryPayment> RetryNow { get; private set; } = null!;

    public Event<WriteOffPayment> WriteOff { get; private set; } = null!;

    public Schedule<Payment, RetryDue> Retry { get; private set; } = null!;
}
