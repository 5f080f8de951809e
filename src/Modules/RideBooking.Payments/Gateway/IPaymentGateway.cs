using RideBooking.Contracts;

namespace RideBooking.Payments.Gateway;

/// <summary>Moves the money: the seam to the payment provider.</summary>
/// <remarks>
/// An implementation returns <see cref="ChargeOutcome.Unknown"/> whenever it cannot tell whether money moved (timeout, broken
/// connection, server error). An exception means an error of our own, and no money moved.
/// </remarks>
internal interface IPaymentGateway
{
    /// <summary>Describes the card of a payment method's token. Null for an invalid token.</summary>
    CardDetails? Describe(string token);

    /// <summary>
    /// Captures the amount. The same key again, at once or a year later, captures nothing more and returns the first answer.
    /// </summary>
    Task<ChargeResponse> Charge(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>Returns the result of the charge under a key. Null if the gateway does not know the key.</summary>
    Task<ChargeResponse?> Find(string key, CancellationToken cancellationToken);

    /// <summary>Returns the result of a charge and ensures that nothing is captured under its key later.</summary>
    /// <remarks>
    /// The result is captured or permanently declined (<see cref="ChargeResponse.Closed"/> if the charge was still undecided).
    /// Unknown only if the gateway does not answer.
    /// </remarks>
    Task<ChargeResponse> Close(ChargeRequest request, CancellationToken cancellationToken);
}

/// <summary>A charge.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="Reference">The ride, as it appears in the gateway's books.</param>
/// <param name="Amount">The amount to capture.</param>
/// <param name="Token">The payment method.</param>
internal sealed record ChargeRequest(string Key, string Reference, Money Amount, string Token);

/// <summary>The result of a charge.</summary>
/// <param name="Outcome">Captured, declined or unknown.</param>
/// <param name="Code">Why it was not captured, such as <see cref="CardDeclined"/>. A gateway may have codes of its own.</param>
internal sealed record ChargeResponse(ChargeOutcome Outcome, string? Code = null)
{
    /// <summary>The code of a charge that was closed before it was decided.</summary>
    public const string Closed = "closed";

    /// <summary>The code of a charge that was declined for no other known reason.</summary>
    public const string CardDeclined = "card_declined";

    /// <summary>The code of a charge for which the gateway did not answer in time.</summary>
    public const string GatewayTimeout = "gateway_timeout";

    public static ChargeResponse Captured { get; } = new(ChargeOutcome.Captured);

    public static ChargeResponse Declined(string code) => new(ChargeOutcome.Declined, code);

    public static ChargeResponse Unknown(string code) => new(ChargeOutcome.Unknown, code);
}

internal enum ChargeOutcome
{
    Captured,
    Declined,
    Unknown,
}

/// <summary>The details by which a person recognizes a card.</summary>
internal sealed record CardDetails(string Brand, string Last4);
