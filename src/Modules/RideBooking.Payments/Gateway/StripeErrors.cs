using System.Net;
using Stripe;

namespace RideBooking.Payments.Gateway;

/// <summary>Tells Stripe's errors apart.</summary>
internal static class StripeErrors
{
    /// <summary>The intent is in a state in which it cannot be confirmed, captured or canceled.</summary>
    public static bool IsUnexpectedState(this StripeException exception) =>
        exception.StripeError?.Code == "payment_intent_unexpected_state";

    /// <summary>The bank or Stripe declined the card.</summary>
    public static bool IsCardError(this StripeException exception) => exception.StripeError?.Type == "card_error";

    /// <summary>The payment method does not exist, belongs to another customer or was detached: it cannot be charged.</summary>
    public static bool IsUnusableCard(this StripeException exception) =>
        exception.StripeError
            is { Code: "payment_method_unexpected_state" }
                or { Code: "resource_missing", Param: "customer" }
                or { Type: "invalid_request_error", Param: "payment_method" };

    /// <summary>The answer is the saved one of an earlier call with the same idempotency key.</summary>
    public static bool IsReplayed(this StripeException exception) =>
        exception.StripeResponse?.Headers is { } headers
        && headers.TryGetValues("Idempotent-Replayed", out var values)
        && values.Contains("true", StringComparer.OrdinalIgnoreCase);

    /// <summary>The code of a decline, as <see cref="DeclineCodes"/> spells it.</summary>
    public static string CodeOf(StripeError error) =>
        (error.DeclineCode ?? error.Code) switch
        {
            null or "" or "generic_decline" => ChargeResponse.CardDeclined,
            { Length: > 64 } code => code[..64],
            { } code => code,
        };

    /// <summary>
    /// Returns what to throw for a failed call: an outage if its effect is unknown, else the exception itself. Null to rethrow.
    /// </summary>
    /// <remarks>
    /// Too many requests (429) and a conflict with a call in progress (409) are outages, too: they pass. So is an answer that is
    /// not Stripe's.
    /// </remarks>
    public static GatewayUnavailableException? Outage(Exception exception) =>
        exception switch
        {
            StripeException stripe when IsOutage(stripe.HttpStatusCode) => new GatewayUnavailableException(
                ChargeResponse.GatewayUnavailable,
                $"Stripe answered {(int)stripe.HttpStatusCode} ({stripe.StripeError?.Code ?? "no code"})."
            ),
            OperationCanceledException => new GatewayUnavailableException(
                ChargeResponse.GatewayTimeout,
                "Stripe did not answer in time."
            ),
            HttpRequestException or IOException => new GatewayUnavailableException(
                ChargeResponse.GatewayUnavailable,
                "Stripe could not be reached, or the connection broke."
            ),
            _ => null,
        };

    /// <summary>An error of our own, which needs a person: a wrong key, or a request that Stripe does not accept.</summary>
    /// <remarks>It contains neither the exception of the SDK nor, where the key is concerned, Stripe's words.</remarks>
    public static InvalidOperationException Refused(StripeException exception)
    {
        var (error, status) = (exception.StripeError, exception.HttpStatusCode);
        var why = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? "check Payments:Stripe:ApiKey"
            : error?.Message ?? "no message";
        return new InvalidOperationException(
            $"Stripe refused the request: {(int)status} {error?.Type} {error?.Code} {error?.Param} ({why}); "
                + $"request {exception.StripeResponse?.RequestId ?? "unknown"}."
        );
    }

    static bool IsOutage(HttpStatusCode status) =>
        status
            is HttpStatusCode.TooManyRequests
                or HttpStatusCode.Conflict
                or < (HttpStatusCode)400
                or >= (HttpStatusCode)500;
}
