using System.Globalization;

namespace RideBooking.Platform;

/// <summary>Makes text fit.</summary>
public static class ShortText
{
    const string Ellipsis = "…";

    /// <summary>
    /// The text, or what fits of it and an ellipsis. It is cut between what a reader sees as characters, never within one: half a
    /// surrogate pair is no text, and PostgreSQL refuses it.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most <see cref="string.Length"/> there may be; 0 or more.</param>
    public static string Shorten(this string text, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        if (text.Length <= maxLength)
            return text;
        if (maxLength == 0)
            return "";
        var kept = 0;
        while (true)
        {
            var next = StringInfo.GetNextTextElementLength(text.AsSpan(kept));
            if (kept + next > maxLength - Ellipsis.Length)
                return string.Concat(text.AsSpan(0, kept), Ellipsis);
            kept += next;
        }
    }

    /// <summary>Whether every database can keep the text: without U+0000 and without half a surrogate pair.</summary>
    public static bool IsStorable(this string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (text[i] == '\0' || char.IsSurrogate(text[i]))
                return false;
        }
        return true;
    }
}
