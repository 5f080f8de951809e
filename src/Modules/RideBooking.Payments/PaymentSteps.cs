using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>What the payment machine does, by name.</summary>
internal static class PaymentSteps
{
    /// <summary>Remembers whose ride it is: money moves only for a ride that was requested.</summary>
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

    /// <summary>Remembers what is to be paid.</summary>
    public static EventActivityBinder<Payment, FareFinalized> Start(
        this EventActivityBinder<Payment, FareFinalized> binder,
        TimeProvider clock
    ) =>
        binder.Then(c =>
        {
            var (fare, sum) = (c.Message, c.Message.Lines.Sum(line => line.Amount.Amount));
            if (fare.Lines.Count > 0 && sum != fare.Total.Amount)
                throw new UnacceptableMessageException(
                    $"The lines of ride {fare.RideId} sum to {sum} and not to {fare.Total}."
                );
            Start(c.Saga, fare.RiderId, fare.Total, fare.PaymentMethodId, clock);
        });

    /// <summary>The same again changes nothing. Another rider or amount is never dropped in silence.</summary>
    public static EventActivityBinder<Payment, FareFinalized> RefuseAnother(
        this EventActivityBinder<Payment, FareFinalized> binder
    ) => binder.Then(c => RefuseAnother(c.Saga, c.Message.RiderId, c.Message.Total));

    /// <summary>The same again changes nothing. Another rider or amount is never dropped in silence.</summary>
    public static EventActivityBinder<Payment, CancellationFeeAssessed> RefuseAnother(
        this EventActivityBinder<Payment, CancellationFeeAssessed> binder
    ) => binder.Then(c => RefuseAnother(c.Saga, c.Message.RiderId, c.Message.Amount));

    /// <summary>Remembers what is to be paid.</summary>
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

    /// <summary>Pays with what the rider says now.</summary>
    public static EventActivityBinder<Payment, PayNow> PayWith(this EventActivityBinder<Payment, PayNow> binder) =>
        binder.Then(c => c.Saga.PaymentMethodId = c.Message.PaymentMethodId);

    /// <summary>The money is there.</summary>
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

    /// <summary>The balance is settled.</summary>
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

    /// <summary>This key is used up: the next attempt is a new one to the gateway.</summary>
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

    /// <summary>The money may have been taken: the next attempt first finds out.</summary>
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

    /// <summary>Sets the time of the next attempt and says so.</summary>
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

    /// <summary>Says that no further attempt is made by itself.</summary>
    public static EventActivityBinder<Payment, T> GiveUp<T>(
        this EventActivityBinder<Payment, T> binder,
        TimeProvider clock
    )
        where T : class => binder.Publish(c => Failed(c.Saga, clock));

    /// <summary>The rider owes it from now on.</summary>
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

    /// <summary>Gives the amount up and says so. What the gateway may still have taken is found out, and its key closed.</summary>
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

    /// <summary>The gateway took nothing, and never will.</summary>
    public static EventActivityBinder<Payment, ChargeDeclined> Resolve(
        this EventActivityBinder<Payment, ChargeDeclined> binder
    ) => binder.Then(c => c.Saga.Unresolved = false);

    /// <summary>Whether the rider names another card than the payment is being made with.</summary>
    public static bool NamesAnotherCard(this SagaConsumeContext<Payment, PayNow> context) =>
        context.Message.PaymentMethodId != context.Saga.PaymentMethodId;

    /// <summary>Whether this is the answer to the attempt that is being made, not a repeated one to an earlier.</summary>
    public static bool IsAwaited(this SagaConsumeContext<Payment, ChargeDeclined> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <summary>Whether this is the answer to the attempt that is being made, not a repeated one to an earlier.</summary>
    public static bool IsAwaited(this SagaConsumeContext<Payment, ChargeUnknown> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <summary>Whether another attempt follows by itself.</summary>
    public static bool HasRetry(this SagaConsumeContext<Payment> context, IReadOnlyList<TimeSpan> delays) =>
        context.Saga.Attempt <= delays.Count;

    static void Start(Payment payment, string riderId, Money due, Guid? paymentMethodId, TimeProvider clock)
    {
        if (riderId != payment.RiderId)
            throw Unlike(payment, $"not rider {riderId}'s");
        if (due.Amount < 0 || !due.IsInMinorUnits())
            throw Unlike(payment, $"and cannot cost {due}");
        var now = clock.GetUtcNow();
        payment.PaymentMethodId = paymentMethodId;
        payment.Amount = due.Amount;
        payment.Currency = due.Currency;
        payment.KeyNumber = 1;
        payment.OpenedAt = payment.ChangedAt = now;
    }

    static void RefuseAnother(Payment payment, string riderId, Money due)
    {
        if (riderId != payment.RiderId || due != payment.Due)
            throw Unlike(payment, $"and costs {payment.Due}, not {due} of rider {riderId}");
    }

    static UnacceptableMessageException Unlike(Payment payment, string what) =>
        new($"Ride {payment.CorrelationId} is rider {payment.RiderId}'s {what}.");

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
