using System.Text.Json;
using RideBooking.Contracts;
using RideBooking.Payments.Refunds;

namespace RideBooking.Payments;

/// <summary>A payment as operators see it.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="PaymentId">The payment.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="State">
/// The machine's state: charging, retrying, outstanding, settling, captured, refunding, refunded, writtenOff or nothingDue.
/// </param>
/// <param name="Amount">The amount due.</param>
/// <param name="Attempt">The number of the current or last attempt, from 1.</param>
/// <param name="IdempotencyKey">The key of the current charge at the gateway.</param>
/// <param name="Unresolved">Whether the gateway may have captured the amount without our knowledge.</param>
/// <param name="FailureCode">Why the last attempt failed.</param>
/// <param name="FailureKind"><c>declined</c> or <c>unavailable</c> (the gateway did not answer).</param>
/// <param name="RetryAt">When the next attempt is due.</param>
/// <param name="OpenedAt">When the payment became due.</param>
/// <param name="CapturedAt">When it was paid.</param>
/// <param name="Refunded">The sum that was refunded. Null if there is no refund.</param>
/// <param name="Refunds">The refunds, in the order of their numbers.</param>
internal sealed record PaymentView(
    Guid RideId,
    Guid PaymentId,
    string RiderId,
    string State,
    Money Amount,
    int Attempt,
    string IdempotencyKey,
    bool Unresolved,
    string? FailureCode,
    string? FailureKind,
    DateTimeOffset? RetryAt,
    DateTimeOffset OpenedAt,
    DateTimeOffset? CapturedAt,
    Money? Refunded,
    IReadOnlyList<RefundView> Refunds
)
{
    public static PaymentView Of(Payment payment) =>
        new(
            payment.CorrelationId,
            payment.PaymentId,
            payment.RiderId,
            JsonNamingPolicy.CamelCase.ConvertName(payment.Status),
            payment.Due,
            payment.Attempt,
            payment.IdempotencyKey,
            payment.Unresolved,
            payment.FailureCode,
            payment.FailureKind,
            payment.RetryAt,
            payment.OpenedAt,
            payment.CapturedAt,
            payment.Refunds is null ? null : payment.Refunded(),
            [.. payment.Refunds?.Select(refund => RefundView.Of(payment.CorrelationId, refund)) ?? []]
        );
}
