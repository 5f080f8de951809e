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

        Event(() => FareFinalized, e => e.CorrelateById(context => context.Message.RideId));
        Event(() => FeeAssessed, e => e.CorrelateById(context => context.Message.RideId));
        // Money that came in for no payment of ours must end in the error queue, not in the log.
        Event(() => Succeeded, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => Declined, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => Unknown, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Fault()));
        Event(() => PayNow, e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Discard()));
        Schedule(
            () => Retry,
            payment => payment.RetryTokenId,
            schedule =>
                schedule.Received = e => e.CorrelateById(c => c.Message.RideId).OnMissingInstance(m => m.Discard())
        );

        Initially(
            When(FareFinalized, c => c.Message.Total.Amount > 0).Open(clock).Charge(clock).TransitionTo(Charging),
            When(FareFinalized, c => c.Message.Total.Amount <= 0).Open(clock).TransitionTo(NothingDue),
            When(FeeAssessed, c => c.Message.Amount.Amount > 0).Open(clock).Charge(clock).TransitionTo(Charging),
            When(FeeAssessed, c => c.Message.Amount.Amount <= 0).Open(clock).TransitionTo(NothingDue)
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
                .Owe(clock)
                .TransitionTo(Outstanding),
            When(Unknown, c => c.IsAwaited() && c.HasRetry(retries))
                .LeaveOpen(clock)
                .WaitForRetry(Retry, retries, clock)
                .TransitionTo(Retrying),
            When(Unknown, c => c.IsAwaited() && !c.HasRetry(retries))
                .LeaveOpen(clock)
                .GiveUp(clock)
                .Owe(clock)
                .TransitionTo(Outstanding),
            When(PayNow).Accept(), // it is being paid
            Ignore(FareFinalized),
            Ignore(FeeAssessed),
            Ignore(Retry.Received)
        );

        During(
            Retrying,
            When(Retry.Received, c => c.Message.Attempt == c.Saga.Attempt).Charge(clock).TransitionTo(Charging),
            When(PayNow).Accept().PayWith().Unschedule(Retry).Charge(clock).TransitionTo(Charging),
            When(Succeeded).Unschedule(Retry).Capture(clock).TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(FareFinalized),
            Ignore(FeeAssessed)
        );

        During(
            Outstanding,
            When(PayNow).Accept().PayWith().Charge(clock).TransitionTo(Settling),
            When(Succeeded).Capture(clock).Settle(clock).TransitionTo(Captured),
            Ignore(Declined),
            Ignore(Unknown),
            Ignore(FareFinalized),
            Ignore(FeeAssessed),
            Ignore(Retry.Received)
        );

        During(
            Settling,
            When(Succeeded).Capture(clock).Settle(clock).TransitionTo(Captured),
            When(Declined, c => c.IsAwaited()).Decline(clock).GiveUp(clock).TransitionTo(Outstanding),
            When(Unknown, c => c.IsAwaited()).LeaveOpen(clock).GiveUp(clock).TransitionTo(Outstanding),
            When(PayNow).Accept(), // it is being paid
            Ignore(FareFinalized),
            Ignore(FeeAssessed),
            Ignore(Retry.Received)
        );

        // Final, but kept: whatever comes again, however late, finds the ride paid.
        foreach (var over in new[] { Captured, NothingDue })
            During(
                over,
                Ignore(FareFinalized),
                Ignore(FeeAssessed),
                Ignore(Succeeded),
                Ignore(Declined),
                Ignore(Unknown),
                Ignore(PayNow),
                Ignore(Retry.Received)
            );
    }

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

    public Event<FareFinalized> FareFinalized { get; private set; } = null!;

    public Event<CancellationFeeAssessed> FeeAssessed { get; private set; } = null!;

    public Event<ChargeSucceeded> Succeeded { get; private set; } = null!;

    public Event<ChargeDeclined> Declined { get; private set; } = null!;

    public Event<ChargeUnknown> Unknown { get; private set; } = null!;

    public Event<PayNow> PayNow { get; private set; } = null!;

    public Schedule<Payment, RetryDue> Retry { get; private set; } = null!;
}
