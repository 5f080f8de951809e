using System.Globalization;
using System.Text.RegularExpressions;

namespace RideBooking.Platform.Http.Requests;

/// <summary>A point in time as text: RFC 3339, read with any offset, written in UTC ending in Z.</summary>
public static partial class Instant
{
    static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <summary>Reads an instant; false when it is not RFC 3339 or has no offset.</summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        // K would replace an absent offset with the server's own.
        var hasOffset = text.Length > 19 && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-');
        return DateTimeOffset.TryParseExact(
                BeyondPrecision().Replace(text, "$1").ToUpperInvariant(),
                Formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out instant
            ) && hasOffset;
    }

    // Other platforms count in nanoseconds; a tick is a hundred nanoseconds.
    [GeneratedRegex(@"(\.[0-9]{7})[0-9]+")]
    private static partial Regex BeyondPrecision();

    /// <summary>Writes an instant, such as <c>2026-01-10T10:10:00.25Z</c>.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
