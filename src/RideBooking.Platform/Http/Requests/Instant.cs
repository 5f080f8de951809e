using System.Globalization;
using System.Text.RegularExpressions;

namespace RideBooking.Platform.Http.Requests;

/// <summary>A point in time as text: RFC 3339, read with any offset, written in UTC ending in Z.</summary>
public static partial class Instant
{
    /// <summary>The error of a parameter that is not an instant.</summary>
    public const string Expected = "must be an RFC 3339 instant, such as 2026-01-10T10:10:00Z";

    static readonly string[] s_formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <summary>Reads an instant; false when it is not RFC 3339 or has no offset.</summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        // K would replace an absent offset with the server's own.
        var hasOffset = text.Length > 19 && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-');
        return DateTimeOffset.TryParseExact(
                BeyondPrecision().Replace(text, "$1").ToUpperInvariant(),
                s_formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out instant
            ) && hasOffset;
    }

    /// <summary>Reads an instant that may be absent; null if it is absent, or if <see cref="Errors"/> refuses it.</summary>
    public static DateTimeOffset? Read(string? text) =>
        text is not null && TryParse(text, out var instant) ? instant : null;

    /// <summary>Finds the parameters that are not instants.</summary>
    /// <param name="areRequired">Whether an absent one is an error, too.</param>
    /// <param name="parameters">The parameters' names and texts; null for an absent one.</param>
    /// <returns>The errors by parameter; none if all can be read.</returns>
    public static Dictionary<string, string[]> Errors(bool areRequired, params (string Name, string? Text)[] parameters)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (name, text) in parameters)
            if (text is null ? areRequired : !TryParse(text, out _))
                errors[name] = [text is null ? "is required" : Expected];
        return errors;
    }

    // Other platforms count in nanoseconds; a tick is a hundred nanoseconds.
    [GeneratedRegex(@"(\.[0-9]{7})[0-9]+")]
    private static partial Regex BeyondPrecision();

    /// <summary>Writes an instant, such as <c>2026-01-10T10:10:00.25Z</c>.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
