using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Operations.Alerts;

/// <summary>The receiver of alerts. Its address may contain a secret, so only <see cref="Receiver"/> is shown.</summary>
/// <param name="Url"><c>Operations:Alerts:Webhook:Url</c>: where alerts are posted.</param>
/// <param name="Key"><c>Operations:Alerts:Webhook:Secret</c>: the key of the signature; null to sign nothing.</param>
internal sealed record WebhookOptions(Uri Url, byte[]? Key)
{
    const string UrlKey = "Operations:Alerts:Webhook:Url";
    const string SecretKey = "Operations:Alerts:Webhook:Secret";

    // As Standard Webhooks defines it.
    const string SecretPrefix = "whsec_";
    const int MinKeyBytes = 24;
    const int MaxKeyBytes = 64;

    /// <summary>The receiver, for people: scheme, host and port.</summary>
    public string Receiver => $"{Url.Scheme}://{Url.Authority}";

    /// <returns>Null if no receiver is set.</returns>
    public static WebhookOptions? Read(IConfiguration configuration)
    {
        var (text, key) = (configuration[UrlKey], ReadKey(configuration[SecretKey]?.Trim()));
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return
            Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? new WebhookOptions(url, key)
            // The value may contain a secret.
            : throw new ConfigurationException($"{UrlKey} must be an http or https address.");
    }

    public override string ToString() => Receiver;

    static byte[]? ReadKey(string? secret)
    {
        if (string.IsNullOrEmpty(secret))
            return null;
        if (secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
            secret = secret[SecretPrefix.Length..];
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret, key, out var length) && length is >= MinKeyBytes and <= MaxKeyBytes
            ? key[..length]
            : throw new ConfigurationException(
                $"{SecretKey} must be {MinKeyBytes} to {MaxKeyBytes} bytes in base64, such as `openssl rand -base64 32` prints."
            );
    }
}
