using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Balance;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>The activities of the payment machine, by name.</summary>
internal static class PaymentSteps
{
    /// <summary>Records the ride's rider: money moves only for a requested ride.</summary>
    public static EventActivityBinder<Payment, RideRequested> Expect(
        this EventActivityBinder<Payment, RideRequested> binder,
        TimeProvider clock
    ) =>
        binder.Then(c =>
        {
            c.Saga.RiderId = c.Message.RiderId;
            c.Saga.OpenedAt = c.Saga.ChangedAt = clock.GetUtcNow();
            c.Saga.PaymentId = Guid.CreateVersion7(c.Saga.OpenedAt);
        });

    /// <summary>Records the fare as the amount due.</summary>
    public static EventActivityBinder<Payment, FareFinalized> Start(
        this EventActivityBinder<Payment, FareFinalized> binder,
        TimeProvider clock
    ) =>
        binder.Then(c =>
        {
            var (fare, sum) = (c.Message, c.Message.Lines.Sum(line => line.Amount.Amount));
            if (fare.Lines.Count > 0 && sum != fare.Total.Amount)
                throw new UnacceptableMessageException(
                    $"The lines of ride {fare.RideId} sum to {sum}, not to {fare.Total}."
                );
            Start(c.Saga, fare.RiderId, fare.Total, fare.PaymentMethodId, clock);
        });

    /// <summary>
    /// Accepts a repeat without a change. Fails on another rider or amount, which must never be dropped silently.
    /// </summary>
    public static EventActivityBinder<Payment, FareFinalized> RefuseAnother(
        this EventActivityBinder<Payment, FareFinalized> binder
    ) => binder.Then(c => RefuseAnother(c.Saga, c.Message.RiderId, c.Message.Total));

    /// <summary>
    /// Accepts a repeat without a change. Fails on another rider or amount, which must never be dropped silently.
    /// </summary>
    public static EventActivityBinder<Payment, CancellationFeeAssessed> RefuseAnother(
        this EventActivityBinder<Payment, CancellationFeeAssessed> binder
    ) => binder.Then(c => RefuseAnother(c.Saga, c.Message.RiderId, c.Message.Amount));

    /// <summary>Records the cancellation fee as the amount due.</summary>
    public static EventActivityBinder<Payment, CancellationFeeAssessed> Start(
        this EventActivityBinder<Payment, CancellationFeeAssessed> binder,
        TimeProvider clock
    ) => binder.Then(c => Start(c.Saga, c.Message.RiderId, c.Message.Amount, c.Message.PaymentMethodId, clock));

    /// <summary>Begins the next attempt.</summary>
    public static EventActivityBinder<Payment, T> Charge<T>(
        this EventActivityBinder<Payment, T> binder,
        TimeProvider clock
    )
        where T : class =>
        binder
            .Then(c =>
            {
                c.Saga.Attempt++;
                c.Saga.RetryAt = null;
                c.Saga.ChangedAt = clock.GetUtcNow();
            })
            .Publish(c => ChargeCard.Of(c.Saga));

    /// <summary>Changes the payment method to the one the rider named.</summary>
    public static EventActivityBinder<Payment, PayNow> PayWith(this EventActivityBinder<Payment, PayNow> binder) =>
        binder.Then(c => c.Saga.PaymentMethodId = c.Message.PaymentMethodId);

    /// <summary>Records the capture.</summary>
    public static EventActivityBinder<Payment, ChargeSucceeded> Capture(
        this EventActivityBinder<Payment, ChargeSucceeded> binder,
        TimeProvider clock
    ) =>
        binder
            .Then(c =>
            {
                c.Saga.CapturedAt = c.Saga.ChangedAt = clock.GetUtcNow();
                c.Saga.Attempt = c.Message.Attempt;
                c.Saga.KeyNumber = Math.Max(c.Saga.KeyNumber, c.Message.KeyNumber);
                c.Saga.Unresolved = false;
                c.Saga.FailureCode = null;
                c.Saga.RetryAt = null;
            })
            .Publish(c => new PaymentCaptured(
                c.Saga.CorrelationId,
                c.Saga.RiderId,
                c.Saga.PaymentId,
                c.Saga.Due,
                c.Saga.Attempt,
                c.Saga.ChangedAt
            ));

    /// <summary>Publishes that the balance is settled.</summary>
    public static EventActivityBinder<Payment, ChargeSucceeded> Settle(
        this EventActivityBinder<Payment, ChargeSucceeded> binder,
        TimeProvider clock
    ) =>
        binder.Publish(c => new BalanceSettled(
            c.Saga.CorrelationId,
            c.Saga.RiderId,
            c.Saga.PaymentId,
            c.Saga.Due,
            clock.GetUtcNow()
        ));

    /// <summary>Moves to a new key: to the gateway, the next attempt is a new charge.</summary>
    public static EventActivityBinder<Payment, ChargeDeclined> Decline(
        this EventActivityBinder<Payment, ChargeDeclined> binder,
        TimeProvider clock
    ) =>
        binder.Then(c =>
        {
            c.Saga.KeyNumber = Math.Max(c.Saga.KeyNumber, c.Message.KeyNumber) + 1;
            c.Saga.Unresolved = false;
            c.Saga.FailureCode = c.Message.Code;
            c.Saga.ChangedAt = clock.GetUtcNow();
        });

    /// <summary>Records that the amount may have been captured: the next attempt first looks up the outcome.</summary>
    public static EventActivityBinder<Payment, ChargeUnknown> LeaveOpen(
        this EventActivityBinder<Payment, ChargeUnknown> binder,
        TimeProvider clock
    ) =>
        binder.Then(c =>
        {
            c.Saga.KeyNumber = Math.Max(c.Saga.KeyNumber, c.Message.KeyNumber);
            c.Saga.Unresolved = true;
            c.Saga.FailureCode = c.Message.Code;
            c.Saga.ChangedAt = clock.GetUtcNow();
        });

    /// <summary>Schedules the next attempt and publishes that.</summary>
    /// <remarks>
    /// MassTransit's Schedule sends the timer to the endpoint that schedules it. Here that is always the state machine's queue,
    /// because only the gateway's answers lead here. A ride also schedules its timer during HTTP requests, and therefore
    /// publishes it.
    /// </remarks>
    public static EventActivityBinder<Payment, T> WaitForRetry<T>(
        this EventActivityBinder<Payment, T> binder,
        Schedule<Payment, RetryDue> retry,
        IReadOnlyList<TimeSpan> delays,
        TimeProvider clock
    )
        where T : class =>
        binder
            .Then(c => c.Saga.RetryAt = clock.GetUtcNow() + delays[c.Saga.Attempt - 1])
            .Schedule(
                retry,
                c => new RetryDue(c.Saga.CorrelationId, c.Saga.Attempt),
                c => c.Saga.RetryAt!.Value.UtcDateTime
            )
            .Publish(c => Failed(c.Saga, clock));

    /// <summary>Publishes that there are no more automatic attempts.</summary>
    public static EventActivityBinder<Payment, T> GiveUp<T>(
        this EventActivityBinder<Payment, T> binder,
        TimeProvider clock
    )
        where T : class => binder.Publish(c => Failed(c.Saga, clock));

    /// <summary>Records that the rider owes the amount from now on.</summary>
    public static EventActivityBinder<Payment, T> RecordOutstanding<T>(
        this EventActivityBinder<Payment, T> binder,
        TimeProvider clock
    )
        where T : class =>
        binder.Publish(c => new BalanceOutstanding(
            c.Saga.CorrelationId,
            c.Saga.RiderId,
            c.Saga.Due,
            clock.GetUtcNow()
        ));

    /// <summary>Writes the amount off and publishes that.</summary>
    /// <remarks>The outcome of a charge that the gateway may still have captured is looked up, and its key closed.</remarks>
    public static EventActivityBinder<Payment, WriteOffPayment> WriteOff(
        this EventActivityBinder<Payment, WriteOffPayment> binder,
        TimeProvider clock
    ) =>
        binder
            .Then(c =>
            {
                c.Saga.RetryAt = null;
                c.Saga.ChangedAt = clock.GetUtcNow();
            })
            .If(
                c => c.Saga.Unresolved,
                unresolved =>
                    unresolved.Then(c => c.Saga.Attempt++).Publish(c => ChargeCard.Of(c.Saga) with { Close = true })
            )
            .Publish(c => new BalanceWrittenOff(
                c.Saga.CorrelationId,
                c.Saga.RiderId,
                c.Saga.PaymentId,
                c.Saga.Due,
                c.Message.By,
                c.Message.Reason,
                c.Saga.ChangedAt
            ));

    /// <summary>Records that the gateway captured nothing, and never will.</summary>
    public static EventActivityBinder<Payment, ChargeDeclined> Resolve(
        this EventActivityBinder<Payment, ChargeDeclined> binder
    ) => binder.Then(c => c.Saga.Unresolved = false);

    static void Start(Payment payment, string riderId, Money due, Guid? paymentMethodId, TimeProvider clock)
    {
        if (riderId != payment.RiderId)
            throw Unlike(payment, $", not to rider {riderId}");
        if (due.Amount < 0 || !due.IsInMinorUnits())
            throw Unlike(payment, $" and cannot cost {due}");
        var now = clock.GetUtcNow();
        payment.PaymentMethodId = paymentMethodId;
        payment.Due = due;
        payment.KeyNumber = 1;
        payment.OpenedAt = payment.ChangedAt = now;
    }

    static void RefuseAnother(Payment payment, string riderId, Money due)
    {
        if (riderId != payment.RiderId || due != payment.Due)
            throw Unlike(payment, $" and costs {payment.Due}; the message says {due} of rider {riderId}");
    }

    static UnacceptableMessageException Unlike(Payment payment, string what) =>
        new($"Ride {payment.CorrelationId} belongs to rider {payment.RiderId}{what}.");

    static PaymentFailed Failed(Payment payment, TimeProvider clock) =>
        new(
            payment.CorrelationId,
            payment.RiderId,
            payment.PaymentId,
            payment.Due,
            payment.Attempt,
            payment.FailureCode ?? "",
            payment.RetryAt is not null,
            payment.RetryAt,
            clock.GetUtcNow()
        );
}
