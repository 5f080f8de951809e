using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>
/// The conditions beyond the state that the machine checks before it acts. If one does not hold, the event is ignored.
/// </summary>
internal static class PaymentConditions
{
    public static bool CostsMoney(BehaviorContext<Payment, FareFinalized> context) => context.Message.Total.Amount > 0;

    public static bool IsFree(BehaviorContext<Payment, FareFinalized> context) => !CostsMoney(context);

    public static bool IsDue(BehaviorContext<Payment, CancellationFeeAssessedV2> context) =>
        context.Message.Amount.Amount > 0;

    public static bool IsWaived(BehaviorContext<Payment, CancellationFeeAssessedV2> context) => !IsDue(context);

    /// <summary>Whether the answer belongs to the attempt in flight, and is not a repeat of an earlier one.</summary>
    public static bool IsAwaited(BehaviorContext<Payment, ChargeDeclined> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <inheritdoc cref="IsAwaited(BehaviorContext{Payment, ChargeDeclined})" />
    public static bool IsAwaited(BehaviorContext<Payment, ChargeUnknown> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <summary>Whether the attempt in flight was declined and another automatic attempt follows.</summary>
    /// <remarks>Attempts that the gateway did not answer do not count.</remarks>
    public static StateMachineCondition<Payment, ChargeDeclined> DeclinedWithRetry(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && context.Message.MayRetry && context.Saga.DeclinesBefore < retries.Count;

    /// <summary>Whether the attempt in flight was declined and no automatic attempt follows.</summary>
    public static StateMachineCondition<Payment, ChargeDeclined> DeclinedFinally(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && !(context.Message.MayRetry && context.Saga.DeclinesBefore < retries.Count);

    /// <summary>Whether the outcome of the attempt in flight is unknown and another automatic attempt follows.</summary>
    public static StateMachineCondition<Payment, ChargeUnknown> UnknownWithRetry(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && context.Saga.OutagesBefore < retries.Count;

    /// <summary>Whether the outcome of the attempt in flight is unknown and no automatic attempt follows.</summary>
    public static StateMachineCondition<Payment, ChargeUnknown> UnknownFinally(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && context.Saga.OutagesBefore >= retries.Count;

    /// <summary>Whether the rider names another card than the one in use.</summary>
    public static bool NamesAnotherCard(BehaviorContext<Payment, PayNow> context) =>
        context.Message.PaymentMethodId != context.Saga.PaymentMethodId;

    public static bool NamesTheSameCard(BehaviorContext<Payment, PayNow> context) => !NamesAnotherCard(context);

    /// <summary>Whether the timer belongs to the next attempt, not to one that has begun since.</summary>
    public static bool IsNextAttempt(BehaviorContext<Payment, RetryDue> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    /// <summary>Whether the refund was accepted before.</summary>
    public static bool IsKnown(BehaviorContext<Payment, RefundPayment> context) =>
        context.Saga.Refunds?.Any(refund => refund.Id == context.Message.RefundId) == true;

    public static bool IsAnother(BehaviorContext<Payment, RefundPayment> context) => !IsKnown(context);

    /// <summary>
    /// Whether the refund was decided on the present state, and no other request was faster. Else the operator has to look
    /// again.
    /// </summary>
    public static bool IsNextRefund(BehaviorContext<Payment, RefundPayment> context) =>
        !IsKnown(context)
        && (
            (
                context.Message.Number == context.Saga.NextRefund()
                && context.Message.Amount.Amount > 0
                && context.Message.Amount.Currency == context.Saga.Due.Currency
                && context.Message.Amount.Amount <= context.Saga.Refundable().Amount
            ) || context.Refuse(PaymentProblems.RefundIsInProgress())
        );

    /// <summary>Whether the answer belongs to the refund in flight, after which a part of the payment is left.</summary>
    public static bool RefundsAPart(BehaviorContext<Payment, RefundSucceeded> context) =>
        context.Saga.PendingRefund()?.Number == context.Message.Number && context.Saga.Refundable().Amount > 0;

    /// <summary>Whether the answer belongs to the refund in flight, after which nothing of the payment is left.</summary>
    public static bool RefundsTheRest(BehaviorContext<Payment, RefundSucceeded> context) =>
        context.Saga.PendingRefund()?.Number == context.Message.Number && context.Saga.Refundable().Amount <= 0;

    /// <summary>Whether the answer belongs to the refund in flight.</summary>
    public static bool IsAwaited(BehaviorContext<Payment, RefundDeclined> context) =>
        context.Saga.PendingRefund()?.Number == context.Message.Number;

    /// <summary>Whether the answer belongs to the call in flight.</summary>
    public static bool IsAwaited(BehaviorContext<Payment, RefundUnknown> context) =>
        context.Saga.PendingRefund() is { RetryAt: null } refund
        && refund.Number == context.Message.Number
        && refund.Attempt == context.Message.Attempt;

    /// <summary>Whether the timer belongs to the next call, not to one that has begun since.</summary>
    public static bool IsNextCall(BehaviorContext<Payment, RefundDue> context) =>
        context.Saga.PendingRefund() is { } refund
        && refund.Number == context.Message.Number
        && refund.Attempt == context.Message.Attempt;

    /// <summary>Whether the expected fare is reserved now: it is known, and no other authorization is being voided.</summary>
    public static StateMachineCondition<Payment, DriverAssigned> MayBeAuthorized(PaymentOptions options) =>
        context =>
            options.Authorize
            && context.Saga is { ExpectedFare.Amount: > 0, AuthorizationState: not AuthorizationStates.Voiding };

    /// <summary>Whether the answer belongs to the authorization in flight.</summary>
    public static bool IsAwaited(BehaviorContext<Payment, AuthorizationSucceeded> context) =>
        context.Message.Number == context.Saga.AuthorizationNumber;

    /// <inheritdoc cref="IsAwaited(BehaviorContext{Payment, AuthorizationSucceeded})" />
    public static bool IsAwaited(BehaviorContext<Payment, AuthorizationDeclined> context) =>
        context.Message.Number == context.Saga.AuthorizationNumber;

    /// <summary>Whether the authorization in flight has no answer and is requested again.</summary>
    public static StateMachineCondition<Payment, AuthorizationUnknown> UnauthorizedWithRetry(
        IReadOnlyList<TimeSpan> retries
    ) => context => IsAwaited(context) && context.Saga.Outages < retries.Count;

    /// <summary>Whether the authorization in flight has no answer and is given up.</summary>
    public static StateMachineCondition<Payment, AuthorizationUnknown> UnauthorizedFinally(
        IReadOnlyList<TimeSpan> retries
    ) => context => IsAwaited(context) && context.Saga.Outages >= retries.Count;

    /// <summary>Whether the authorization is the one that is being voided.</summary>
    public static bool IsVoiding(BehaviorContext<Payment, AuthorizationVoided> context) =>
        context.Saga.AuthorizationState == AuthorizationStates.Voiding
        && context.Message.Number == context.Saga.AuthorizationNumber;

    // Not while it waits for its timer: the answer is a repeat.
    static bool IsAwaited(BehaviorContext<Payment, AuthorizationUnknown> context) =>
        context.Saga.RetryAt is null && context.Message.Number == context.Saga.AuthorizationNumber;
}
