using MassTransit;
using RideBooking.Contracts;

namespace RideBooking.Payments;

/// <summary>What the payment machine does, by name.</summary>
internal static class PaymentSteps
{
    /// <summary>Remembers what is to be paid.</summary>
    public static EventActivityBinder<Payment, FareFinalized> Open(
        this EventActivityBinder<Payment, FareFinalized> binder,
        TimeProvider clock
    ) => binder.Then(c => Open(c.Saga, c.Message.RiderId, c.Message.Total, c.Message.PaymentMethodId, clock));

    /// <summary>Remembers what is to be paid.</summary>
    public static EventActivityBinder<Payment, CancellationFeeAssessed> Open(
        this EventActivityBinder<Payment, CancellationFeeAssessed> binder,
        TimeProvider clock
    ) => binder.Then(c => Open(c.Saga, c.Message.RiderId, c.Message.Amount, c.Message.PaymentMethodId, clock));

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
            c.Saga.KeyNumber++;
            c.Saga.Unresolved = false;
            c.Saga.FailureCode = c.Message.Code;
            c.Saga.ChangedAt = clock.GetUtcNow();
        });

    /// <summary>The money may have been taken: the next attempt asks under the same key.</summary>
    public static EventActivityBinder<Payment, ChargeUnknown> LeaveOpen(
        this EventActivityBinder<Payment, ChargeUnknown> binder,
        TimeProvider clock
    ) =>
        binder.Then(c =>
        {
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
    public static EventActivityBinder<Payment, T> Owe<T>(
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

    /// <summary>Whether this is the answer to the attempt that is being made, not a repeated one to an earlier.</summary>
    public static bool IsAwaited(this SagaConsumeContext<Payment, ChargeDeclined> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <summary>Whether this is the answer to the attempt that is being made, not a repeated one to an earlier.</summary>
    public static bool IsAwaited(this SagaConsumeContext<Payment, ChargeUnknown> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <summary>Whether another attempt follows by itself.</summary>
    public static bool HasRetry(this SagaConsumeContext<Payment> context, IReadOnlyList<TimeSpan> delays) =>
        context.Saga.Attempt <= delays.Count;

    static void Open(Payment payment, string riderId, Money due, Guid? paymentMethodId, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        payment.PaymentId = Guid.CreateVersion7(now);
        payment.RiderId = riderId;
        payment.PaymentMethodId = paymentMethodId;
        payment.Amount = due.Amount;
        payment.Currency = due.Currency;
        payment.KeyNumber = 1;
        payment.OpenedAt = payment.ChangedAt = now;
    }

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
