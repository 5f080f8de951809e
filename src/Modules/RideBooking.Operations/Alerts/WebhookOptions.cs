using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Operations.Alerts;

/// <summary>The receiver of alerts. Its address may contain a secret, so only <see cref="Receiver"/> is shown.</summary>
/// <param name="Url"><c>Operations:Alerts:Webhook:Url</c>: where alerts are posted.</param>
/// <param name="Key"><c>Operations:Alerts:Webhook:Secret</c>: the key of the signature; null to sign nothing.</param>
/// <param name="PublicUrl">
/// <c>Operations:Alerts:PublicUrl</c>: the address at which operators open the host, without a slash at its end; null if it is not
/// set.
/// </param>
internal sealed record WebhookOptions(Uri Url, byte[]? Key, string? PublicUrl)
{
    const string PublicUrlKey = "Operations:Alerts:PublicUrl";
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
        var publicUrl = ReadPublicUrl(configuration[PublicUrlKey]);
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return IsHttp(text, out var url)
            ? new WebhookOptions(url, key, publicUrl)
            // The value may contain a secret.
            : throw new ConfigurationException($"{UrlKey} must be an http or https address.");
    }

    public override string ToString() => Receiver;

    static bool IsHttp(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    static string? ReadPublicUrl(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return IsHttp(text, out var url) && url is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 }
            ? url.AbsoluteUri.TrimEnd('/')
            : throw new ConfigurationException(
                $"{PublicUrlKey} must be an http or https address without a user, a query or a fragment."
            );
    }

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
