using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>
/// The payment of one ride: charged, retried, owed, captured. Only this machine decides what is asked of the gateway, and under
/// which key. Docs: docs/diagrams/payment.md.
/// </summary>
internal sealed class PaymentStateMachine : MassTransitStateMachine<Payment>
{
    public PaymentStateMachine(PaymentOptions options, TimeProvider clock)
    {
        var retries = options.RetryDelays;
        InstanceState(payment => payment.Status);

        Event(() => RideRequested, e => e.CorrelateById(context => context.Message.RideId));
        // Money moves only for a ride that was requested. What is early is tried again until the request has come; what never had
        // one ends in the error queue.
        Event(() => FareFinalized, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => FeeAssessed, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        // Money that came in for no payment of ours must end in the error queue, not in the log.
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
            // The attempt under way is replaced: its key is closed before the other card is charged.
            When(PayNow, c => c.NamesAnotherCard()).Accept().PayWith().Charge(clock),
            When(PayNow, c => !c.NamesAnotherCard()).Accept(), // it is being paid
            When(RetryNow).Accept(),
            Ignore(WriteOff), // not before the gateway has answered
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
            // The attempt under way is replaced: its key is closed before the other card is charged.
            When(PayNow, c => c.NamesAnotherCard()).Accept().PayWith().Charge(clock),
            When(PayNow, c => !c.NamesAnotherCard()).Accept(), // it is being paid
            When(RetryNow).Accept(),
            Ignore(WriteOff), // not before the gateway has answered
            Ignore(Retry.Received)
        );

        During(
            WrittenOff,
            // The money was taken after all; that is what the books say, so it is what the ride says.
            When(Succeeded).Capture(clock).TransitionTo(Captured),
            When(Declined, c => c.IsAwaited()).Resolve(),
            When(WriteOff).Accept(),
            Ignore(Unknown),
            Ignore(PayNow),
            Ignore(RetryNow),
            Ignore(Retry.Received)
        );

        // Final, but kept: whatever comes again, however late, finds the ride paid.
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

        // A fare or fee that comes again is the same one.
        foreach (var due in new[] { Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, NothingDue })
            During(due, When(FareFinalized).RefuseAnother(), When(FeeAssessed).RefuseAnother());
        foreach (
            var known in new[] { Expected, Charging, Retrying, Outstanding, Settling, WrittenOff, Captured, NothingDue }
        )
            During(known, Ignore(RideRequested));
    }

    /// <summary>The ride was requested; what it costs is not known yet.</summary>
    public State Expected { get; private set; } = null!;

    /// <summary>The gateway was asked and has not answered yet.</summary>
    public State Charging { get; private set; } = null!;

    /// <summary>The next attempt has its time.</summary>
    public State Retrying { get; private set; } = null!;

    /// <summary>The rider owes it; nothing happens by itself any more.</summary>
    public State Outstanding { get; private set; } = null!;

    /// <summary>The rider owes it and the gateway was asked again.</summary>
    public State Settling { get; private set; } = null!;

    /// <summary>Paid.</summary>
    public State Captured { get; private set; } = null!;

    /// <summary>The ride costs nothing.</summary>
    public State NothingDue { get; private set; } = null!;

    /// <summary>An operator gave it up.</summary>
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
