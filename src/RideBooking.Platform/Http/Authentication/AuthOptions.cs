using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Http.Authentication;

/// <summary>
/// The issuer of tokens: an OpenID Connect authority, or the holder of a symmetric key. In Development neither is required.
/// </summary>
/// <param name="Authority"><c>Auth:Authority</c>: the address of the OpenID Connect authority, or null.</param>
/// <param name="Audience"><c>Auth:Audience</c>: the audience that tokens must name, or null.</param>
/// <param name="SigningKey"><c>Auth:SigningKey</c>: the symmetric key instead of an authority, or null.</param>
internal sealed record AuthOptions(string? Authority, string? Audience, byte[]? SigningKey)
{
    const int MinKeyBytes = 32;

    /// <summary>Reads and checks the settings, so that a process that cannot check tokens does not start.</summary>
    public static AuthOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var authority = NullIfBlank(configuration["Auth:Authority"]);
        var audience = NullIfBlank(configuration["Auth:Audience"]);
        var key = NullIfBlank(configuration["Auth:SigningKey"]) is { } text ? Encoding.UTF8.GetBytes(text) : null;

        if (authority is null && key is null && !environment.IsDevelopment())
            throw new ConfigurationException(
                "Auth:Authority (with Auth:Audience) or Auth:SigningKey must be set outside Development: without one of them no token can be checked."
            );
        if (authority is not null && key is not null)
            throw new ConfigurationException("Auth:Authority and Auth:SigningKey are both set; set only one.");
        if (key is { Length: < MinKeyBytes })
            throw new ConfigurationException(
                $"Auth:SigningKey has {key.Length} bytes but must have at least {MinKeyBytes}."
            );
        if (authority is not null)
            CheckAuthority(authority, audience, environment);
        return new AuthOptions(authority, audience, key);
    }

    static void CheckAuthority(string authority, string? audience, IHostEnvironment environment)
    {
        // Without an audience, a token that the same authority issued for any other application would be accepted here.
        if (audience is null)
            throw new ConfigurationException("Auth:Audience must be set when Auth:Authority is set.");
        if (
            !Uri.TryCreate(authority, UriKind.Absolute, out var address)
            || !(
                address.Scheme == Uri.UriSchemeHttps
                || (address.Scheme == Uri.UriSchemeHttp && environment.IsDevelopment())
            )
        )
            throw new ConfigurationException($"Auth:Authority is '{authority}' but must be an https address.");
    }

    static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
