namespace RideBooking.Payments.Gateway;

/// <summary>Tells declines that may pass from those that do not.</summary>
/// <remarks>
/// The codes are those of card networks as Stripe spells them (https://docs.stripe.com/declines/codes). A gateway with other
/// codes translates them. An unknown code may pass: a needless retry costs little, a needless debt angers the rider.
/// </remarks>
internal static class DeclineCodes
{
    /// <summary>The rider has no payment method.</summary>
    public const string NoPaymentMethod = "no_payment_method";

    static readonly HashSet<string> s_permanent = new(StringComparer.Ordinal)
    {
        StripeGateway.AmountNotSupported,
        "amount_too_large",
        "amount_too_small",
        StripeGateway.AuthenticationRequired,
        "card_not_supported",
        "currency_not_supported",
        "expired_card",
        "fraudulent",
        "incorrect_cvc",
        "incorrect_number",
        "invalid_account",
        "invalid_number",
        "invalid_token",
        "lost_card",
        "new_account_information_available",
        NoPaymentMethod,
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "stop_payment_order",
        "testmode_decline",
        "transaction_not_allowed",
    };

    /// <summary>Whether the same card will be declined again, so that only another card can pay.</summary>
    public static bool IsPermanent(string code) => s_permanent.Contains(code);
}
