using RideBooking.Contracts;

namespace RideBooking.Payments.Refunds;

/// <summary>The amount and the lines of a refund that an operator requests.</summary>
/// <param name="Amount">The amount to return.</param>
/// <param name="Lines">What is refunded of which lines. Empty if the refund is not of certain lines.</param>
internal sealed record RefundPlan(Money Amount, IReadOnlyList<RefundedLine> Lines)
{
    /// <summary>A line of a request.</summary>
    /// <param name="Code">The code of the fare's line.</param>
    /// <param name="Amount">The amount; null for all that is left of the line.</param>
    internal sealed record Part(string Code, Money? Amount);

    /// <summary>Why a request cannot be carried out.</summary>
    /// <param name="Field">The field that is wrong; null if the request asks for more than is left.</param>
    /// <param name="Detail">What is wrong, for a person.</param>
    internal sealed record Error(string? Field, string Detail);

    /// <summary>Decides what to refund.</summary>
    /// <param name="payment">The captured payment.</param>
    /// <param name="fare">The lines of the fare.</param>
    /// <param name="amount">The amount; null for all that is left, or for the sum of the parts.</param>
    /// <param name="parts">The lines; null if the refund is not of certain lines.</param>
    public static (RefundPlan? Plan, Error? Error) Of(
        Payment payment,
        IReadOnlyList<FareLine> fare,
        Money? amount,
        IReadOnlyList<Part>? parts
    )
    {
        if (amount is not null && parts is not null)
            return (null, new Error("lines", "must be absent if there is an amount"));
        if (parts is null)
            return Whole(payment, amount ?? payment.Refundable(), []);

        var lines = new List<RefundedLine>();
        foreach (var part in parts)
        {
            var ofFare = fare.Where(line => line.Code == part.Code).Sum(line => line.Amount.Amount);
            if (ofFare <= 0)
                return (null, new Error("lines", $"must be lines of the receipt; {part.Code} is not"));
            if (lines.Exists(line => line.Code == part.Code))
                return (null, new Error("lines", $"must name {part.Code} once"));
            var left = payment.Due with { Amount = ofFare - payment.RefundedOf(part.Code) };
            var ofLine = part.Amount ?? left;
            if (Check(payment, ofLine, "lines") is { } error)
                return (null, error);
            if (ofLine.Amount > left.Amount)
                return (null, new Error(null, $"Of the line {part.Code}, {left} can be refunded."));
            lines.Add(new RefundedLine(part.Code, ofLine));
        }
        return Whole(payment, payment.Due with { Amount = lines.Sum(line => line.Amount.Amount) }, lines);
    }

    static (RefundPlan?, Error?) Whole(Payment payment, Money amount, IReadOnlyList<RefundedLine> lines)
    {
        var left = payment.Refundable();
        if (left.Amount <= 0)
            return (null, new Error(null, "The payment is refunded in full."));
        if (Check(payment, amount, "amount") is { } error)
            return (null, error);
        return amount.Amount > left.Amount
            ? (null, new Error(null, $"Of the payment, {left} can be refunded."))
            : (new RefundPlan(amount, lines), null);
    }

    static Error? Check(Payment payment, Money amount, string field) =>
        amount.Currency != payment.Due.Currency ? new Error(field, $"must be in {payment.Due.Currency}")
        : amount.Amount < 0 ? new Error(field, "must be greater than 0")
        : amount.Amount == 0 ? new Error(field, "must be greater than 0; nothing is left of a line that is refunded")
        : !amount.IsInMinorUnits() ? new Error(field, "must have no more decimals than its currency")
        : null;
}
