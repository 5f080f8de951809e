using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Contracts;

/// <summary>Writes quotes as tokens that a rider can pass on but not change.</summary>
/// <remarks>
/// The format is <c>q1.&lt;payload&gt;.&lt;mac&gt;</c>: the payload is compact JSON, the mac is HMAC-SHA256 over everything
/// before it, and both are in base64url. The version is part of the signed text.
/// </remarks>
/// <param name="key">The secret key; 32 bytes or more.</param>
public sealed class QuoteTokens(ReadOnlyMemory<byte> key)
{
    /// <summary>
    /// The maximum length of a token, in characters. An ordinary one has about 400, depending on the rider's id.
    /// </summary>
    public const int MaxLength = 2048;

    const string Prefix = "q1.";
    const int MinKeyBytes = 32;
    const int MacCharacters = 43; // 32 bytes in base64url

    // The token is not used in HTML. Escaping for HTML would triple the length of a name in Cyrillic.
    static readonly JsonSerializerOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    readonly byte[] _key =
        key.Length >= MinKeyBytes
            ? key.ToArray()
            : throw new ArgumentException($"The key must have at least {MinKeyBytes} bytes.", nameof(key));

    /// <summary>Writes the quote as a token, without the addresses of its places.</summary>
    /// <remarks>The promise is about points on the map, and addresses would make the token arbitrarily long.</remarks>
    /// <exception cref="ArgumentException">The quote's texts are too long for a token.</exception>
    public string Sign(SignedQuote quote)
    {
        ArgumentNullException.ThrowIfNull(quote);
        var payload = JsonSerializer.SerializeToUtf8Bytes(Payload.Of(quote), s_json);
        var signed = Prefix + Base64Url.EncodeToString(payload);
        var token = $"{signed}.{Mac(signed)}";
        return token.Length <= MaxLength
            ? token
            : throw new ArgumentException($"The token would have {token.Length} characters.", nameof(quote));
    }

    /// <summary>Reads a token that this key signed; false for any other text.</summary>
    /// <remarks>The caller checks whether the quote is still valid, and whether it is for this rider and this trip.</remarks>
    /// <param name="token">The text to read.</param>
    /// <param name="quote">The quote, its places without addresses.</param>
    public bool TryRead(string? token, out SignedQuote quote)
    {
        quote = null!;
        if (token is null || token.Length > MaxLength || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var dot = token.Length - MacCharacters - 1;
        if (dot < Prefix.Length || token[dot] != '.')
            return false;

        // Compared as text, so that one mac has only one accepted spelling: base64 has spare bits in its last character.
        var claimed = Encoding.UTF8.GetBytes(token[(dot + 1)..]);
        if (!CryptographicOperations.FixedTimeEquals(claimed, Encoding.UTF8.GetBytes(Mac(token[..dot]))))
            return false;

        // Sign wrote the rest. It is still read defensively, because a key may outlive the payload's format.
        try
        {
            var payload = Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length, dot - Prefix.Length));
            if (JsonSerializer.Deserialize<Payload>(payload, s_json)?.ToQuote() is not { } read)
                return false;
            quote = read;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return false;
        }
    }

    string Mac(string signed) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(signed)));

    /// <summary>The quote in a compact form.</summary>
    sealed record Payload(
        Guid I,
        string? R,
        double[]? P,
        double[]? D,
        string? V,
        string? A,
        string? C,
        int M,
        int S,
        long X,
        string? G = null,
        int? U = null,
        double[][]? W = null,
        Guid? K = null,
        int? N = null
    )
    {
        public static Payload Of(SignedQuote quote) =>
            new(
                quote.Id,
                quote.RiderId,
                [quote.Pickup.Lat, quote.Pickup.Lng],
                [quote.Dropoff.Lat, quote.Dropoff.Lng],
                quote.VehicleClass,
                quote.Fare.Amount.ToString(CultureInfo.InvariantCulture),
                quote.Fare.Currency,
                quote.DistanceMeters,
                quote.DurationSeconds,
                quote.ExpiresAt.UtcTicks,
                quote.City,
                quote.SurgePercent,
                quote.Stops is { Count: > 0 } stops ? [.. stops.Select(stop => new[] { stop.Lat, stop.Lng })] : null,
                quote.Change?.RideId,
                quote.Change?.Number
            );

        public SignedQuote? ToQuote() =>
            this is { R: { } rider, P: [var fromLat, var fromLng], D: [var toLat, var toLng], V: { } vehicleClass }
            && this is { C: { } currency, X: >= 0 }
            && X <= DateTime.MaxValue.Ticks
            && (W ?? []).All(stop => stop is [_, _])
            && decimal.TryParse(A, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount)
                ? new SignedQuote(
                    I,
                    rider,
                    new Place(fromLat, fromLng),
                    new Place(toLat, toLng),
                    vehicleClass,
                    new Money(amount, currency),
                    M,
                    S,
                    new DateTimeOffset(X, TimeSpan.Zero),
                    G,
                    U ?? 100,
                    W is { Length: > 0 } ? [.. W.Select(stop => new Place(stop[0], stop[1]))] : null,
                    (K, N) is ({ } rideId, { } number) ? new QuotedChange(rideId, number) : null
                )
                : null;
    }
}
