using MassTransit;
using RideBooking.Contracts;
using RideBooking.Payments.Balance;

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
    public static StateMachineCondition<Payment, ChargeDeclined> DeclinedWithRetry(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && context.Message.MayRetry && context.Saga.HasRetry(retries);

    /// <summary>Whether the attempt in flight was declined and no automatic attempt follows.</summary>
    public static StateMachineCondition<Payment, ChargeDeclined> DeclinedFinally(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && !(context.Message.MayRetry && context.Saga.HasRetry(retries));

    /// <summary>Whether the outcome of the attempt in flight is unknown and another automatic attempt follows.</summary>
    public static StateMachineCondition<Payment, ChargeUnknown> UnknownWithRetry(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && context.Saga.HasRetry(retries);

    /// <summary>Whether the outcome of the attempt in flight is unknown and no automatic attempt follows.</summary>
    public static StateMachineCondition<Payment, ChargeUnknown> UnknownFinally(IReadOnlyList<TimeSpan> retries) =>
        context => IsAwaited(context) && !context.Saga.HasRetry(retries);

    /// <summary>Whether the rider names another card than the one in use.</summary>
    public static bool NamesAnotherCard(BehaviorContext<Payment, PayNow> context) =>
        context.Message.PaymentMethodId != context.Saga.PaymentMethodId;

    public static bool NamesTheSameCard(BehaviorContext<Payment, PayNow> context) => !NamesAnotherCard(context);

    /// <summary>Whether the timer belongs to the next attempt, not to one that has begun since.</summary>
    public static bool IsNextAttempt(BehaviorContext<Payment, RetryDue> context) =>
        context.Message.Attempt == context.Saga.Attempt;

    static bool HasRetry(this Payment payment, IReadOnlyList<TimeSpan> retries) => payment.Attempt <= retries.Count;
}
