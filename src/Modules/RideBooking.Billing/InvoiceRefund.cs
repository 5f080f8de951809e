using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>A refund of the ride's payment, as the receipt shows it.</summary>
/// <param name="Number">The number among the refunds of the ride, from 1.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Amount">The refunded amount.</param>
/// <param name="Lines">What was refunded of which lines. Empty if the refund is not of certain lines.</param>
/// <param name="ReasonCode">Why: <c>goodwill</c>, <c>overcharged</c>, <c>serviceNotProvided</c> or <c>fraud</c>.</param>
/// <param name="At">When.</param>
internal sealed record InvoiceRefund(
    int Number,
    Guid RefundId,
    Money Amount,
    IReadOnlyList<RefundedLine> Lines,
    string ReasonCode,
    DateTimeOffset At
);
