using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Cli.SignIn;

/// <summary>A sign-in to a host, as it is stored between commands. It contains no client secret.</summary>
/// <param name="Token">The access token, which the host accepts.</param>
/// <param name="ExpiresAt">When the token expires.</param>
/// <param name="Authority">The issuer of the token; null if the host itself issued it for development.</param>
/// <param name="Client">The client that the authority has for this program.</param>
/// <param name="RefreshToken">Gets another token from the authority; null if it issued none.</param>
internal sealed record Session(
    string Token,
    DateTimeOffset ExpiresAt,
    string? Authority,
    Client? Client,
    string? RefreshToken
)
{
    // A command takes a moment.
    static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    /// <summary>Creates a session with a token as it was issued.</summary>
    /// <exception cref="CommandFailedException">It is no token that a host can check.</exception>
    public static Session With(string token, string? authority, Client? client, string? refreshToken) =>
        new(token, Expiry(token), authority, client, refreshToken);

    [JsonIgnore]
    public bool IsExpired => ExpiresAt <= TimeProvider.System.GetUtcNow() + s_margin;

    /// <summary>Returns whom the token names.</summary>
    public static string? Subject(string token) =>
        Claims(token) is { } claims && claims.TryGetProperty("sub", out var subject) ? subject.GetString() : null;

    static DateTimeOffset Expiry(string token) =>
        Claims(token) is { } claims
        && claims.TryGetProperty("exp", out var expires)
        && expires.TryGetInt64(out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new CommandFailedException(
                ExitCode.NotAllowed,
                "The issued token is not a JWT with the claim exp. Some authorities issue such tokens only for an --audience or a --scope."
            );

    // Without a check of the signature: the host does that.
    static JsonElement? Claims(string token)
    {
        try
        {
            return
                token.Split('.') is [_, var payload, _]
                && JsonElement.Parse(Base64Url.DecodeFromChars(payload)) is { ValueKind: JsonValueKind.Object } claims
                ? claims
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>The client that an authority has for this program, and what it asks for.</summary>
/// <param name="Id">The client's id.</param>
/// <param name="Scope">The scopes, separated by blanks.</param>
/// <param name="Audience">The audience to ask for, where the authority needs one.</param>
/// <param name="IsService">Whether it signs in with its secret, for no person.</param>
internal sealed record Client(string Id, string? Scope, string? Audience, bool IsService)
{
    const string SecretVariable = "RIDEBOOKING_CLIENT_SECRET";

    /// <summary>The secret. It is neither an option, which other users of the machine could see, nor stored.</summary>
    public static string? Secret =>
        Environment.GetEnvironmentVariable(SecretVariable) is { Length: > 0 } secret ? secret : null;

    /// <exception cref="CommandFailedException">The environment has no secret.</exception>
    public static string RequiredSecret =>
        Secret ?? throw new CommandFailedException(ExitCode.Usage, $"Set {SecretVariable} to the client's secret.");
}
