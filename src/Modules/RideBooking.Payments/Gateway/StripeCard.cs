using System.Text.RegularExpressions;

namespace RideBooking.Payments.Gateway;

/// <summary>A card at Stripe: a payment method, and the customer it is attached to.</summary>
/// <remarks>
/// Stripe lets a payment method be used again only if it is attached to a customer. Both ids are in the token of a saved card
/// (<c>cus_…/pm_…</c>), so that a charge needs no other record.
/// </remarks>
/// <param name="Customer">The customer; null for a payment method that is not attached, such as Stripe's test cards.</param>
/// <param name="PaymentMethod">The payment method.</param>
internal sealed partial record StripeCard(string? Customer, string PaymentMethod)
{
    /// <summary>The token as it is saved.</summary>
    public string Token => Customer is null ? PaymentMethod : $"{Customer}/{PaymentMethod}";

    /// <summary>Reads a token. Returns null for what cannot be a payment method of Stripe.</summary>
    public static StripeCard? Parse(string token) =>
        Form().Match(token) is { Success: true } match
            ? new StripeCard(
                match.Groups["customer"] is { Success: true } customer ? customer.Value : null,
                match.Groups["method"].Value
            )
            : null;

    [GeneratedRegex(
        "^(?:(?<customer>cus_[A-Za-z0-9]+)/)?(?<method>pm_[A-Za-z0-9_]+)\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Form();
}
