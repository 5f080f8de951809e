using RideBooking.Contracts;

namespace RideBooking.Payments.Refunds;

/// <summary>A refund of a captured payment.</summary>
/// <remarks>
/// Recorded before the gateway is called, with a key of its own; its amount never changes. So no repeat returns the money twice.
/// </remarks>
/// <param name="Number">The number among the refunds of the ride, from 1.</param>
/// <param name="Id">The refund: the id of the operator's request.</param>
/// <param name="Amount">The amount to return.</param>
/// <param name="Lines">What is refunded of which lines. Empty if the refund is not of certain lines.</param>
/// <param name="ReasonCode">Why, one of <see cref="RefundReason"/>.</param>
/// <param name="Reason">Why, as the operator wrote it.</param>
/// <param name="By">The operator.</param>
/// <param name="DriverBears">Whether the driver's earning is reduced in proportion.</param>
/// <param name="State">One of <see cref="RefundStates"/>.</param>
/// <param name="FailureCode">Why the gateway refused it or did not answer.</param>
/// <param name="Attempt">The number of the current or last call of the gateway, from 1.</param>
/// <param name="RetryAt">When the next call is due.</param>
/// <param name="RequestedAt">When the operator requested it.</param>
/// <param name="EndedAt">When the gateway returned the money, or refused to.</param>
internal sealed record Refund(
    int Number,
    Guid Id,
    Money Amount,
    IReadOnlyList<RefundedLine> Lines,
    string ReasonCode,
    string Reason,
    string By,
    bool DriverBears,
    string State,
    string? FailureCode,
    int Attempt,
    DateTimeOffset? RetryAt,
    DateTimeOffset RequestedAt,
    DateTimeOffset? EndedAt
)
{
    /// <summary>Returns the idempotency key. Permanent, like that of a charge.</summary>
    public static string KeyOf(Guid rideId, int number) => $"ride/{rideId}/refund/{number}";
}

/// <summary>The states of a refund.</summary>
internal static class RefundStates
{
    /// <summary>The gateway was called and has not answered yet.</summary>
    public const string Pending = "pending";

    /// <summary>The money was returned.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>The gateway refused it; nothing was returned.</summary>
    public const string Failed = "failed";
}

/// <summary>The sums over the refunds of a payment.</summary>
internal static class RefundSums
{
    /// <summary>Returns the refund that is in flight.</summary>
    public static Refund? PendingRefund(this Payment payment) =>
        payment.Refunds?.FirstOrDefault(refund => refund.State == RefundStates.Pending);

    /// <summary>Returns the number of the next refund.</summary>
    public static int NextRefund(this Payment payment) => (payment.Refunds?.Count ?? 0) + 1;

    /// <summary>Returns the amount that was returned.</summary>
    public static Money Refunded(this Payment payment) => Sum(payment.Due.Currency, payment.Of(RefundStates.Succeeded));

    /// <summary>Returns the amount that can still be refunded, without what is in flight.</summary>
    public static Money Refundable(this Payment payment) =>
        payment.Due with
        {
            Amount =
                payment.Due.Amount
                - Sum(payment.Due.Currency, payment.Of(RefundStates.Succeeded, RefundStates.Pending)).Amount,
        };

    /// <summary>Returns what was refunded of a line, with what is in flight.</summary>
    public static decimal RefundedOf(this Payment payment, string code) =>
        payment
            .Of(RefundStates.Succeeded, RefundStates.Pending)
            .SelectMany(refund => refund.Lines)
            .Where(line => line.Code == code)
            .Sum(line => line.Amount.Amount);

    static IEnumerable<Refund> Of(this Payment payment, params string[] states) =>
        payment.Refunds?.Where(refund => states.Contains(refund.State)) ?? [];

    static Money Sum(string currency, IEnumerable<Refund> refunds) =>
        refunds.Aggregate(Money.Zero(currency), (sum, refund) => sum + refund.Amount);
}
