using RideBooking.Contracts;

namespace RideBooking.Payments.Refunds;

/// <summary>A refund as operators see it.</summary>
/// <param name="RefundId">The refund.</param>
/// <param name="Number">The number among the refunds of the ride, from 1.</param>
/// <param name="State"><c>pending</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Amount">The amount.</param>
/// <param name="Lines">What is refunded of which lines. Empty if the refund is not of certain lines.</param>
/// <param name="ReasonCode">Why: <c>goodwill</c>, <c>overcharged</c>, <c>serviceNotProvided</c> or <c>fraud</c>.</param>
/// <param name="Reason">Why, as the operator wrote it.</param>
/// <param name="By">The operator.</param>
/// <param name="DriverBears">Whether the driver's earning is reduced in proportion.</param>
/// <param name="IdempotencyKey">The key at the gateway.</param>
/// <param name="FailureCode">Why the gateway refused it or did not answer.</param>
/// <param name="RetryAt">When the gateway is called again.</param>
/// <param name="RequestedAt">When the operator requested it.</param>
/// <param name="EndedAt">When the gateway returned the money, or refused to.</param>
internal sealed record RefundView(
    Guid RefundId,
    int Number,
    string State,
    Money Amount,
    IReadOnlyList<RefundedLine> Lines,
    string ReasonCode,
    string Reason,
    string By,
    bool DriverBears,
    string IdempotencyKey,
    string? FailureCode,
    DateTimeOffset? RetryAt,
    DateTimeOffset RequestedAt,
    DateTimeOffset? EndedAt
)
{
    public static RefundView Of(Guid rideId, Refund refund) =>
        new(
            refund.Id,
            refund.Number,
            refund.State,
            refund.Amount,
            refund.Lines,
            refund.ReasonCode,
            refund.Reason,
            refund.By,
            refund.DriverBears,
            Refund.KeyOf(rideId, refund.Number),
            refund.FailureCode,
            refund.RetryAt,
            refund.RequestedAt,
            refund.EndedAt
        );
}
