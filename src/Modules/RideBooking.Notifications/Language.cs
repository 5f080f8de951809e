using Microsoft.Net.Http.Headers;

namespace RideBooking.Notifications;

/// <summary>The languages of the templates, as the first part of a language tag (RFC 5646) names them.</summary>
internal static class Language
{
    public const string English = "en";
    public const string German = "de";

    /// <summary>The language of a reader who asks for none of the others.</summary>
    public const string Default = English;

    /// <summary>All languages; the first is the default.</summary>
    public static IReadOnlyList<string> All { get; } = [English, German];

    /// <summary>Returns the language that a reader prefers among those of the templates.</summary>
    /// <param name="acceptLanguage">
    /// The header <c>Accept-Language</c>, such as <c>de-AT, en;q=0.5</c>. One that cannot be read asks for nothing.
    /// </param>
    public static string Preferred(string? acceptLanguage)
    {
        if (
            string.IsNullOrWhiteSpace(acceptLanguage)
            || !StringWithQualityHeaderValue.TryParseList([acceptLanguage], out var wanted)
        )
            return Default;
        // The order among equal qualities is the reader's.
        return wanted
                .Where(each => each.Quality is not 0.0)
                .OrderByDescending(each => each.Quality ?? 1)
                .Select(each => Find(each.Value.ToString()))
                .FirstOrDefault(found => found is not null)
            ?? Default;
    }

    static string? Find(string tag) =>
        All.FirstOrDefault(language =>
            tag.Equals(language, StringComparison.OrdinalIgnoreCase)
            || tag.StartsWith($"{language}-", StringComparison.OrdinalIgnoreCase)
        );
}
