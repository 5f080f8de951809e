using System.Globalization;

namespace RideBooking.Platform;

/// <summary>Shortens text.</summary>
public static class ShortText
{
    const string Ellipsis = "…";

    /// <summary>Returns the text, or as much of it as fits and an ellipsis.</summary>
    /// <remarks>
    /// It is cut between what a reader sees as characters, never within one. Half a surrogate pair is not text, and
    /// PostgreSQL refuses it.
    /// </remarks>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The maximum <see cref="string.Length"/> of the result; 0 or more.</param>
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

    /// <summary>Whether every database can store the text: it has no U+0000 and no half surrogate pair.</summary>
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

    /// <summary>Returns the text with U+FFFD in place of what not every database can store.</summary>
    public static string MakeStorable(this string text)
    {
        if (text.IsStorable())
            return text;
        return string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
    }
}
