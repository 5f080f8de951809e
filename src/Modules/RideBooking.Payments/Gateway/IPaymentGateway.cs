using RideBooking.Contracts;

namespace RideBooking.Payments.Gateway;

/// <summary>Moves the money: the seam to the payment provider.</summary>
/// <remarks>
/// An implementation returns <see cref="ChargeOutcome.Unknown"/> whenever it cannot tell whether money moved (timeout, broken
/// connection, server error). An exception means an error of our own, and no money moved. The same key again, at once or a year
/// later, has no further effect and returns the first answer.
/// </remarks>
internal interface IPaymentGateway
{
    /// <summary>Saves the card of a payment method's token for later charges of a rider. Null for an invalid token.</summary>
    /// <remarks>Throws <see cref="GatewayUnavailableException"/> if the gateway does not answer; a repeat is safe.</remarks>
    Task<SavedCard?> Save(string token, string riderId, CancellationToken cancellationToken);

    /// <summary>Removes a saved card from the gateway. No effect on what was authorized or captured with it.</summary>
    /// <remarks>Throws <see cref="GatewayUnavailableException"/> if the gateway does not answer; a repeat is safe.</remarks>
    Task Remove(string token, CancellationToken cancellationToken);

    /// <summary>Reserves the amount on the card, without taking it. It can be captured for about a week.</summary>
    Task<ChargeResponse> Authorize(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>Captures the amount, or less than was authorized, from an authorization; the rest of it is released.</summary>
    /// <remarks>
    /// Declined with <see cref="ChargeResponse.AuthorizationGone"/> if the authorization is expired, voided or too small. Under
    /// this key, nothing is captured then.
    /// </remarks>
    Task<ChargeResponse> Capture(ChargeRequest request, string authorizationKey, CancellationToken cancellationToken);

    /// <summary>Captures the amount without an authorization.</summary>
    Task<ChargeResponse> Charge(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>Returns the result of the charge under a key. Null if the gateway does not know the key.</summary>
    Task<ChargeResponse?> Find(string key, CancellationToken cancellationToken);

    /// <summary>Returns the result of a charge and ensures that nothing is captured under its key later.</summary>
    /// <remarks>
    /// The result is captured or permanently declined (<see cref="ChargeResponse.Closed"/> if the charge was still undecided).
    /// Unknown only if the gateway does not answer.
    /// </remarks>
    Task<ChargeResponse> Close(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>Releases an authorization and ensures that nothing is authorized under its key later.</summary>
    /// <remarks>Captured if it was captured before; else declined. Unknown only if the gateway does not answer.</remarks>
    Task<ChargeResponse> Void(ChargeRequest authorization, CancellationToken cancellationToken);

    /// <summary>Returns money of a captured charge to its card.</summary>
    /// <remarks>All refunds of a charge together return at most its amount.</remarks>
    Task<ChargeResponse> Refund(RefundRequest request, CancellationToken cancellationToken);
}

/// <summary>A charge or an authorization.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="Reference">The ride, as it appears in the gateway's books.</param>
/// <param name="Amount">The amount.</param>
/// <param name="Token">The payment method.</param>
internal sealed record ChargeRequest(string Key, string Reference, Money Amount, string Token);

/// <summary>A refund.</summary>
/// <param name="Key">The idempotency key.</param>
/// <param name="Reference">The ride, as it appears in the gateway's books.</param>
/// <param name="ChargeKey">The idempotency key of the captured charge.</param>
/// <param name="Amount">The amount to return.</param>
internal sealed record RefundRequest(string Key, string Reference, string ChargeKey, Money Amount);

/// <summary>The result of an operation.</summary>
/// <param name="Outcome">Authorized, captured, refunded, declined or unknown.</param>
/// <param name="Code">Why it was not done, such as <see cref="CardDeclined"/>. A gateway may have codes of its own.</param>
internal sealed record ChargeResponse(ChargeOutcome Outcome, string? Code = null)
{
    /// <summary>The code of a charge that was closed before it was decided.</summary>
    public const string Closed = "closed";

    /// <summary>The code of a charge that was declined for no other known reason.</summary>
    public const string CardDeclined = "card_declined";

    /// <summary>The code of a capture whose authorization is expired, voided or too small.</summary>
    public const string AuthorizationGone = "authorization_gone";

    /// <summary>The code of a refund that the gateway refused for no other known reason.</summary>
    public const string RefundRefused = "refund_refused";

    /// <summary>The code of a call that the gateway did not answer in time.</summary>
    public const string GatewayTimeout = "gateway_timeout";

    /// <summary>The code of a call for which the gateway could not be reached.</summary>
    public const string GatewayUnavailable = "gateway_unavailable";

    public static ChargeResponse Authorized { get; } = new(ChargeOutcome.Authorized);

    public static ChargeResponse Captured { get; } = new(ChargeOutcome.Captured);

    public static ChargeResponse Refunded { get; } = new(ChargeOutcome.Refunded);

    public static ChargeResponse Declined(string code) => new(ChargeOutcome.Declined, code);

    public static ChargeResponse Unknown(string code) => new(ChargeOutcome.Unknown, code);
}

internal enum ChargeOutcome
{
    Authorized,
    Captured,
    Refunded,
    Declined,
    Unknown,
}

/// <summary>The details by which a person recognizes a card.</summary>
internal sealed record CardDetails(string Brand, string Last4);

/// <summary>A card that can be charged again.</summary>
/// <param name="Token">The token with which it is charged from now on.</param>
/// <param name="Details">The details by which a person recognizes it.</param>
internal sealed record SavedCard(string Token, CardDetails Details);

/// <summary>A call that the gateway did not answer, or answered with an outage: whether it had an effect is unknown.</summary>
/// <param name="code">A code of <see cref="ChargeResponse"/>.</param>
/// <param name="message">What happened.</param>
internal sealed class GatewayUnavailableException(string code, string message) : Exception(message)
{
    /// <summary>A code of <see cref="ChargeResponse"/>.</summary>
    public string Code { get; } = code;
}
