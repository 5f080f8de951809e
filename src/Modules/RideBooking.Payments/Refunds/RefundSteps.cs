using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments.Refunds;

/// <summary>The activities of the state machine that concern refunds.</summary>
internal static class RefundSteps
{
    static readonly TimeSpan s_defaultDelay = TimeSpan.FromMinutes(15);

    /// <summary>Records the refund, then lets the gateway be called.</summary>
    public static EventActivityBinder<Payment, RefundPayment> BeginRefund(
        this EventActivityBinder<Payment, RefundPayment> binder
    ) =>
        binder.Publish(context =>
        {
            var (payment, command) = (context.Saga, context.Message);
            var refund = new Refund(
                command.Number,
                command.RefundId,
                command.Amount,
                command.Lines,
                command.ReasonCode,
                command.Reason,
                command.By,
                command.DriverBears,
                RefundStates.Pending,
                FailureCode: null,
                Attempt: 1,
                RetryAt: null,
                command.At,
                EndedAt: null
            );
            payment.Refunds = [.. payment.Refunds ?? [], refund];
            payment.ChangedAt = context.Now();
            return RefundCard.Of(payment, refund);
        });

    /// <summary>Calls the gateway again for the refund in flight.</summary>
    public static EventActivityBinder<Payment, RefundDue> RepeatRefund(
        this EventActivityBinder<Payment, RefundDue> binder
    ) =>
        binder.Publish(context =>
        {
            var payment = context.Saga;
            var refund = payment.Change(refund => refund with { Attempt = refund.Attempt + 1, RetryAt = null });
            payment.RefundRetryTokenId = null;
            payment.ChangedAt = context.Now();
            return RefundCard.Of(payment, refund);
        });

    /// <summary>Schedules the next call for a refund whose outcome is unknown. It goes on until the gateway answers.</summary>
    /// <remarks>The rider has been promised the money, so it is never given up.</remarks>
    public static EventActivityBinder<Payment, RefundUnknown> WaitForRefund(
        this EventActivityBinder<Payment, RefundUnknown> binder,
        SagaTimer<Payment, RefundDue> timer,
        IReadOnlyList<TimeSpan> delays
    ) =>
        binder
            .Then(context =>
            {
                var delay =
                    delays.Count == 0 ? s_defaultDelay : delays[Math.Min(context.Message.Attempt, delays.Count) - 1];
                context.Saga.Change(refund =>
                    refund with
                    {
                        FailureCode = context.Message.Code,
                        RetryAt = context.Now() + delay,
                    }
                );
                context.Saga.ChangedAt = context.Now();
            })
            .Schedule(
                timer,
                payment => new RefundDue(
                    payment.CorrelationId,
                    payment.PendingRefund()!.Number,
                    payment.PendingRefund()!.Attempt
                ),
                payment => payment.PendingRefund()!.RetryAt!.Value
            );

    /// <summary>Records that the money was returned and publishes that.</summary>
    public static EventActivityBinder<Payment, RefundSucceeded> CompleteRefund(
        this EventActivityBinder<Payment, RefundSucceeded> binder
    ) =>
        binder.Publish(context =>
        {
            var (payment, at) = (context.Saga, context.Now());
            var refund = payment.Change(refund =>
                refund with
                {
                    State = RefundStates.Succeeded,
                    FailureCode = null,
                    RetryAt = null,
                    EndedAt = at,
                }
            );
            payment.ChangedAt = at;
            return new PaymentRefunded(
                payment.CorrelationId,
                payment.RiderId,
                payment.PaymentId,
                refund.Id,
                refund.Number,
                refund.Amount,
                refund.Lines,
                payment.Due,
                payment.Refunded(),
                refund.ReasonCode,
                refund.DriverBears,
                at
            );
        });

    /// <summary>Records that the gateway refused the refund: nothing was returned.</summary>
    public static EventActivityBinder<Payment, RefundDeclined> FailRefund(
        this EventActivityBinder<Payment, RefundDeclined> binder
    ) =>
        binder.Then(context =>
        {
            var at = context.Now();
            context.Saga.Change(refund =>
                refund with
                {
                    State = RefundStates.Failed,
                    FailureCode = context.Message.Code,
                    RetryAt = null,
                    EndedAt = at,
                }
            );
            context.Saga.ChangedAt = at;
        });

    // The list is replaced, never modified.
    static Refund Change(this Payment payment, Func<Refund, Refund> change)
    {
        var changed = change(payment.PendingRefund()!);
        payment.Refunds = [.. payment.Refunds!.Select(refund => refund.Number == changed.Number ? changed : refund)];
        return changed;
    }
}
