using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Console;

/// <summary>The settings of the console.</summary>
/// <param name="Enabled"><c>Console:Enabled</c>: whether the host serves the console.</param>
/// <param name="ApiAddress"><c>Console:ApiAddress</c>: the address of the API; null for the host's own.</param>
/// <param name="Authority"><c>Auth:Authority</c>: the OpenID Connect authority, or null.</param>
/// <param name="ClientId">
/// <c>Console:ClientId</c>: the console's id at the authority. Without it operators sign in with a token.
/// </param>
/// <param name="ClientSecret"><c>Console:ClientSecret</c>: the console's secret at the authority, if it has one.</param>
/// <param name="Scopes"><c>Console:Scopes</c>: the scopes that the access token needs.</param>
internal sealed record ConsoleOptions(
    bool Enabled,
    Uri? ApiAddress,
    string? Authority,
    string? ClientId,
    string? ClientSecret,
    IReadOnlyList<string> Scopes
)
{
    /// <summary>Whether operators sign in at the authority.</summary>
    public bool UsesAuthority => Authority is not null && ClientId is not null;

    public static ConsoleOptions Read(IConfiguration configuration) =>
        new(
            Flag(configuration, "Console:Enabled"),
            Address(configuration, "Console:ApiAddress"),
            Text(configuration, "Auth:Authority"),
            Text(configuration, "Console:ClientId"),
            Text(configuration, "Console:ClientSecret"),
            (Text(configuration, "Console:Scopes") ?? "openid").Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );

    static bool Flag(IConfiguration configuration, string key) =>
        Text(configuration, key) is not { } text
        || (
            bool.TryParse(text, out var flag)
                ? flag
                : throw new ConfigurationException($"{key} is '{text}' but must be true or false.")
        );

    static Uri? Address(IConfiguration configuration, string key) =>
        Text(configuration, key) is not { } text ? null
        : Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
        : throw new ConfigurationException($"{key} is '{text}' but must be an http or https address.");

    static string? Text(IConfiguration configuration, string key) =>
        string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key]!.Trim();
}
