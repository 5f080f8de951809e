using RideBooking.Contracts;

namespace RideBooking.Payments.Gateway;

/// <summary>
/// Moves the money; the seam to the payment provider. An implementation answers <see cref="ChargeOutcome.Unknown"/> whenever it cannot tell
/// whether money moved (timeout, broken connection, server error); an exception means a fault of ours and moves nothing.
/// </summary>
internal interface IPaymentGateway
{
    /// <summary>What is known of a payment method's token; null for a token that is none.</summary>
    CardDetails? Describe(string token);

    /// <summary>Takes the money. The same key again, at once or a year later, takes nothing more and answers as the first time.</summary>
    Task<ChargeAnswer> Charge(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>What became of the charge under a key; null when the gateway never heard of it.</summary>
    Task<ChargeAnswer?> Find(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Answers what became of a charge, and sees to it that nothing is taken under its key later: captured, or declined for good
    /// (<see cref="ChargeAnswer.Closed"/> where nothing was decided until now). Unknown only when the gateway does not answer.
    /// </summary>
    Task<ChargeAnswer> Close(ChargeRequest request, CancellationToken cancellationToken);
}

/// <summary>A charge.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="Reference">What it is for, as it appears in the gateway's books: the ride.</param>
/// <param name="Amount">How much.</param>
/// <param name="Token">The payment method.</param>
internal sealed record ChargeRequest(string Key, string Reference, Money Amount, string Token);

/// <summary>What became of a charge.</summary>
/// <param name="Outcome">Taken, refused, or nobody knows.</param>
/// <param name="Code">Why it was not taken, such as <c>card_declined</c>.</param>
internal sealed record ChargeAnswer(ChargeOutcome Outcome, string? Code = null)
{
    /// <summary>The code of a charge that was closed before anything was decided.</summary>
    public const string Closed = "closed";

    public static ChargeAnswer Captured { get; } = new(ChargeOutcome.Captured);

    public static ChargeAnswer Declined(string code) => new(ChargeOutcome.Declined, code);

    public static ChargeAnswer Unknown(string code) => new(ChargeOutcome.Unknown, code);
}

internal enum ChargeOutcome
{
    Captured,
    Declined,
    Unknown,
}

/// <summary>What a person recognizes a card by.</summary>
internal sealed record CardDetails(string Brand, string Last4);
