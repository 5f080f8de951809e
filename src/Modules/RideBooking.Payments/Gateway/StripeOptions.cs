using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Payments.Gateway;

/// <summary>The settings of the Stripe gateway.</summary>
/// <param name="ApiKey"><c>Payments:Stripe:ApiKey</c>: the secret or restricted key of the account.</param>
/// <param name="WebhookSecret"><c>Payments:Stripe:WebhookSecret</c>: the signing secret of the webhook endpoint.</param>
/// <param name="ApiBase"><c>Payments:Stripe:ApiBase</c>: where Stripe's API is.</param>
/// <param name="Timeout"><c>Payments:Stripe:Timeout</c>: after how long a call counts as not answered.</param>
/// <param name="WebhookTolerance">
/// <c>Payments:Stripe:WebhookTolerance</c>: how old the signature of a webhook may be.
/// </param>
internal sealed record StripeOptions(
    string ApiKey,
    string WebhookSecret,
    Uri ApiBase,
    TimeSpan Timeout,
    TimeSpan WebhookTolerance
)
{
    const string KeyName = "Payments:Stripe:ApiKey";

    /// <summary>Reads the settings. No message repeats a secret.</summary>
    public static StripeOptions Read(IConfiguration configuration)
    {
        const string Why = "Payments:Gateway is Stripe.";
        var options = new StripeOptions(
            configuration.Required(KeyName, Why).Trim(),
            configuration.Required("Payments:Stripe:WebhookSecret", Why).Trim(),
            BaseAddress(configuration["Payments:Stripe:ApiBase"]),
            configuration.Span("Payments:Stripe:Timeout", TimeSpan.FromSeconds(30)),
            configuration.Span("Payments:Stripe:WebhookTolerance", TimeSpan.FromMinutes(5))
        );
        if (!StartsWithAny(options.ApiKey, "sk_", "rk_"))
            throw new ConfigurationException(
                $"{KeyName} must be a secret key (sk_...) or a restricted key (rk_...) of Stripe."
            );
        if (!StartsWithAny(options.WebhookSecret, "whsec_"))
            throw new ConfigurationException(
                "Payments:Stripe:WebhookSecret must be the signing secret of a webhook endpoint (whsec_...)."
            );
        // A live key never travels unencrypted. A double or Stripe's mock has test keys.
        if (options.ApiBase.Scheme != Uri.UriSchemeHttps && !StartsWithAny(options.ApiKey, "sk_test_", "rk_test_"))
            throw new ConfigurationException(
                $"Payments:Stripe:ApiBase is '{options.ApiBase}' but must begin with https:// for a live key."
            );
        return options;
    }

    /// <summary>Throws if the default token is not a payment method of Stripe: no rider could pay with it.</summary>
    public static void Check(string? defaultToken)
    {
        if (defaultToken is not null && StripeCard.Parse(defaultToken) is null)
            throw new ConfigurationException(
                $"Payments:DefaultToken is '{defaultToken}' but must be a payment method of Stripe such as pm_card_visa."
            );
    }

    /// <summary>Leaves out the secrets.</summary>
    public override string ToString() => $"{nameof(StripeOptions)} {{ {ApiBase} }}";

    static Uri BaseAddress(string? text) =>
        string.IsNullOrWhiteSpace(text) ? new Uri("https://api.stripe.com")
        : Uri.TryCreate(text.Trim().TrimEnd('/'), UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            ? address
        : throw new ConfigurationException(
            $"Payments:Stripe:ApiBase is '{text}' but must be an address such as https://api.stripe.com."
        );

    static bool StartsWithAny(string text, params string[] starts) =>
        Array.Exists(starts, start => text.StartsWith(start, StringComparison.Ordinal));
}
