using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>The activities of the state machine: each changes the payment, then publishes what changed.</summary>
internal static class PaymentSteps
{
    /// <summary>Records the ride's rider: money moves only for a requested ride.</summary>
    public static EventActivityBinder<Payment, RideRequestedV2> Expect(
        this EventActivityBinder<Payment, RideRequestedV2> binder
    ) =>
        binder.Then(context =>
        {
            var payment = context.Saga;
            payment.RiderId = context.Message.RiderId;
            payment.PaymentMethodId = context.Message.PaymentMethodId;
            payment.ExpectedFare = context.Message.QuotedFare ?? context.Message.Terms?.Fare;
            payment.OpenedAt = payment.ChangedAt = context.Now();
            payment.PaymentId = Guid.CreateVersion7(payment.OpenedAt);
        });

    /// <summary>Records the fare as the amount due.</summary>
    public static EventActivityBinder<Payment, FareFinalized> Start(
        this EventActivityBinder<Payment, FareFinalized> binder
    ) =>
        binder.Then(context =>
        {
            var fare = context.Message;
            var sum = fare.Lines.Sum(line => line.Amount.Amount);
            if (fare.Lines.Count > 0 && sum != fare.Total.Amount)
                throw new UnacceptableMessageException(
                    $"The lines of ride {fare.RideId} sum to {sum}, not to {fare.Total}."
                );
            Start(context.Saga, fare.RiderId, fare.Total, fare.PaymentMethodId, context.Now());
        });

    /// <summary>
    /// Accepts a repeat without a change. Fails on another rider or amount, which must never be dropped silently.
    /// </summary>
    public static EventActivityBinder<Payment, FareFinalized> EnsureUnchanged(
        this EventActivityBinder<Payment, FareFinalized> binder
    ) => binder.Then(context => EnsureUnchanged(context.Saga, context.Message.RiderId, context.Message.Total));

    /// <summary>
    /// Accepts a repeat without a change. Fails on another rider or amount, which must never be dropped silently.
    /// </summary>
    public static EventActivityBinder<Payment, CancellationFeeAssessedV2> EnsureUnchanged(
        this EventActivityBinder<Payment, CancellationFeeAssessedV2> binder
    ) => binder.Then(context => EnsureUnchanged(context.Saga, context.Message.RiderId, context.Message.Amount));

    /// <summary>Records the cancellation fee as the amount due.</summary>
    public static EventActivityBinder<Payment, CancellationFeeAssessedV2> Start(
        this EventActivityBinder<Payment, CancellationFeeAssessedV2> binder
    ) =>
        binder.Then(context =>
        {
            var fee = context.Message;
            Start(context.Saga, fee.RiderId, fee.Amount, fee.PaymentMethodId, context.Now());
        });

    /// <summary>Begins the next attempt.</summary>
    public static EventActivityBinder<Payment, T> Charge<T>(this EventActivityBinder<Payment, T> binder)
        where T : class =>
        binder.Publish(context =>
        {
            var payment = context.Saga;
            payment.Attempt++;
            payment.RetryAt = null;
            payment.RetryTokenId = null;
            payment.ChangedAt = context.Now();
            return ChargeCard.Of(payment);
        });

    /// <summary>Changes the payment method to the one the rider named.</summary>
    public static EventActivityBinder<Payment, PayNow> PayWith(this EventActivityBinder<Payment, PayNow> binder) =>
        binder.Then(context => context.Saga.PaymentMethodId = context.Message.PaymentMethodId);

    /// <summary>Records the capture.</summary>
    public static EventActivityBinder<Payment, ChargeSucceeded> Capture(
        this EventActivityBinder<Payment, ChargeSucceeded> binder
    ) =>
        binder.Publish(context =>
        {
            var (payment, charge) = (context.Saga, context.Message);
            var at = context.Now();
            payment.CapturedAt = payment.ChangedAt = at;
            payment.Attempt = charge.Attempt;
            payment.KeyNumber = Math.Max(payment.KeyNumber, charge.KeyNumber);
            payment.Unresolved = false;
            if (charge.ByAuthorization)
                payment.AuthorizationState = AuthorizationStates.Captured;
            payment.FailureCode = payment.FailureKind = null;
            payment.RetryAt = null;
            return new PaymentCaptured(
                payment.CorrelationId,
                payment.RiderId,
                payment.PaymentId,
                payment.Due,
                payment.Attempt,
                at
            );
        });

    /// <summary>Publishes that the balance is settled.</summary>
    public static EventActivityBinder<Payment, ChargeSucceeded> Settle(
        this EventActivityBinder<Payment, ChargeSucceeded> binder
    ) =>
        binder.Publish(context => new BalanceSettled(
            context.Saga.CorrelationId,
            context.Saga.RiderId,
            context.Saga.PaymentId,
            context.Saga.Due,
            context.Now()
        ));

    /// <summary>Moves to a new key: to the gateway, the next attempt is a new charge.</summary>
    public static EventActivityBinder<Payment, ChargeDeclined> Decline(
        this EventActivityBinder<Payment, ChargeDeclined> binder
    ) =>
        binder.Then(context =>
        {
            var (payment, declined) = (context.Saga, context.Message);
            payment.KeyNumber = Math.Max(payment.KeyNumber, declined.KeyNumber) + 1;
            payment.Unresolved = false;
            payment.OutageSince = null;
            payment.FailureCode = declined.Code;
            payment.FailureKind = PaymentFailureKind.Declined;
            payment.ChangedAt = context.Now();
        });

    /// <summary>Records that the amount may have been captured: the next attempt first looks up the outcome.</summary>
    public static EventActivityBinder<Payment, ChargeUnknown> LeaveOpen(
        this EventActivityBinder<Payment, ChargeUnknown> binder
    ) =>
        binder.Then(context =>
        {
            var (payment, unknown) = (context.Saga, context.Message);
            payment.KeyNumber = Math.Max(payment.KeyNumber, unknown.KeyNumber);
            payment.Unresolved = true;
            payment.Outages++;
            payment.OutageSince ??= payment.Attempt;
            payment.FailureCode = unknown.Code;
            payment.FailureKind = PaymentFailureKind.Unavailable;
            payment.ChangedAt = context.Now();
        });

    /// <summary>Schedules the next attempt and publishes that.</summary>
    public static EventActivityBinder<Payment, T> WaitForRetry<T>(
        this EventActivityBinder<Payment, T> binder,
        SagaTimer<Payment, RetryDue> retry,
        IReadOnlyList<TimeSpan> delays
    )
        where T : class =>
        binder
            .Then(context => context.Saga.RetryAt = context.Now() + context.Saga.Delay(delays))
            .Schedule(
                retry,
                payment => new RetryDue(payment.CorrelationId, payment.Attempt),
                payment => payment.RetryAt!.Value
            )
            .Publish(context => Failed(context.Saga, context.Now()));

    /// <summary>Publishes that there are no more automatic attempts.</summary>
    public static EventActivityBinder<Payment, T> GiveUp<T>(this EventActivityBinder<Payment, T> binder)
        where T : class => binder.Publish(context => Failed(context.Saga, context.Now()));

    /// <summary>Records that the rider owes the amount from now on.</summary>
    public static EventActivityBinder<Payment, T> RecordOutstanding<T>(this EventActivityBinder<Payment, T> binder)
        where T : class =>
        binder.Publish(context => new BalanceOutstanding(
            context.Saga.CorrelationId,
            context.Saga.RiderId,
            context.Saga.Due,
            context.Now()
        ));

    /// <summary>Writes the amount off and publishes that.</summary>
    /// <remarks>The outcome of a charge that the gateway may still have captured is looked up, and its key closed.</remarks>
    public static EventActivityBinder<Payment, WriteOffPayment> WriteOff(
        this EventActivityBinder<Payment, WriteOffPayment> binder
    ) =>
        binder
            .Then(context =>
            {
                context.Saga.RetryAt = null;
                context.Saga.ChangedAt = context.Now();
            })
            .If(
                context => context.Saga.Unresolved,
                unresolved =>
                    unresolved
                        .Then(context => context.Saga.Attempt++)
                        .Publish(context => ChargeCard.Of(context.Saga) with { Close = true })
            )
            .Publish(context => new BalanceWrittenOffV2(
                context.Saga.CorrelationId,
                context.Saga.RiderId,
                context.Saga.PaymentId,
                context.Saga.Due,
                context.Message.By,
                context.Message.Reason,
                context.Message.At,
                context.Message.DriverBears
            ));

    /// <summary>Records that the gateway captured nothing, and never will.</summary>
    public static EventActivityBinder<Payment, ChargeDeclined> Resolve(
        this EventActivityBinder<Payment, ChargeDeclined> binder
    ) => binder.Then(context => context.Saga.Unresolved = false);

    static void Start(Payment payment, string riderId, Money due, Guid? paymentMethodId, DateTimeOffset now)
    {
        if (riderId != payment.RiderId)
            throw Mismatch(payment, $", not to rider {riderId}");
        if (due.Amount < 0 || !due.IsInMinorUnits())
            throw Mismatch(payment, $" and cannot cost {due}");
        payment.PaymentMethodId = paymentMethodId;
        payment.Due = due;
        payment.KeyNumber = 1;
        payment.Outages = 0;
        payment.OutageSince = null;
        payment.OpenedAt = payment.ChangedAt = now;
    }

    static void EnsureUnchanged(Payment payment, string riderId, Money due)
    {
        if (riderId != payment.RiderId || due != payment.Due)
            throw Mismatch(payment, $" and costs {payment.Due}; the message says {due} of rider {riderId}");
    }

    static UnacceptableMessageException Mismatch(Payment payment, string what) =>
        new($"Ride {payment.CorrelationId} belongs to rider {payment.RiderId}{what}.");

    static TimeSpan Delay(this Payment payment, IReadOnlyList<TimeSpan> delays) =>
        delays[payment.FailureKind == PaymentFailureKind.Unavailable ? payment.OutagesBefore : payment.DeclinesBefore];

    static PaymentFailedV2 Failed(Payment payment, DateTimeOffset at) =>
        new(
            payment.CorrelationId,
            payment.RiderId,
            payment.PaymentId,
            payment.Due,
            payment.Attempt,
            payment.FailureCode ?? "",
            payment.RetryAt is not null,
            payment.RetryAt,
            at,
            payment.FailureKind ?? PaymentFailureKind.Declined
        );
}
