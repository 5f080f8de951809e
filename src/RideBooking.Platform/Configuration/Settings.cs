using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace RideBooking.Platform.Configuration;

/// <summary>Reads settings, and refuses values that are not valid with the setting's name.</summary>
public static class Settings
{
    /// <summary>Reads the name of an enum's member, in any case. Numbers are refused.</summary>
    public static T Choice<T>(this IConfiguration configuration, string key, T defaultValue)
        where T : struct, Enum
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return defaultValue;
        var name = Enum.GetNames<T>()
            .FirstOrDefault(name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
        return name is not null
            ? Enum.Parse<T>(name)
            : throw new ConfigurationException(
                $"{key} is '{text}' but must be one of {string.Join(", ", Enum.GetNames<T>())}."
            );
    }

    /// <summary>Reads <c>true</c> or <c>false</c>, in any case.</summary>
    public static bool TrueOrFalse(this IConfiguration configuration, string key, bool defaultValue) =>
        configuration[key] is not { } text || string.IsNullOrWhiteSpace(text) ? defaultValue
        : bool.TryParse(text, out var value) ? value
        : throw new ConfigurationException($"{key} is '{text}' but must be true or false.");

    /// <summary>
    /// Reads a positive time span, written <c>hh:mm:ss</c> (or <c>d.hh:mm:ss</c>, with fractions of a second).
    /// </summary>
    public static TimeSpan Span(this IConfiguration configuration, string key, TimeSpan defaultValue) =>
        configuration[key] is { } text && !string.IsNullOrWhiteSpace(text) ? ParseSpan(key, text) : defaultValue;

    /// <summary>Reads a positive time span, or <c>00:00:00</c> for none.</summary>
    public static TimeSpan SpanOrNone(this IConfiguration configuration, string key, TimeSpan defaultValue) =>
        configuration[key] is { } text
        && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
        && span == TimeSpan.Zero
            ? span
            : configuration.Span(key, defaultValue);

    /// <summary>
    /// Reads a list of positive time spans: indexed keys (<c>Key:0</c>, <c>Key:1</c>) or one value with commas. Empty text is
    /// an empty list.
    /// </summary>
    public static IReadOnlyList<TimeSpan> Spans(
        this IConfiguration configuration,
        string key,
        IReadOnlyList<TimeSpan> defaultValue
    )
    {
        var indexed = configuration.GetSection(key).GetChildren().Select(child => (child.Path, child.Value)).ToList();
        if (indexed.Count > 0)
            return [.. indexed.Select(entry => ParseSpan(entry.Path, entry.Value ?? ""))];
        if (configuration[key] is not { } text)
            return defaultValue;
        return
        [
            .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(part => ParseSpan(key, part)),
        ];
    }

    /// <summary>Reads a number within limits, written with a decimal point.</summary>
    public static decimal Number(
        this IConfiguration configuration,
        string key,
        decimal defaultValue,
        decimal min,
        decimal max
    )
    {
        if (configuration[key] is not { } text || string.IsNullOrWhiteSpace(text))
            return defaultValue;
        const NumberStyles style =
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite;
        return
            decimal.TryParse(text.TrimEnd(), style, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max
            ? number
            : throw new ConfigurationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key} is '{text}' but must be a number from {min} to {max}."
                )
            );
    }

    /// <summary>Reads a text that must be set.</summary>
    public static string Required(this IConfiguration configuration, string key, string why) =>
        configuration[key] is { } text && !string.IsNullOrWhiteSpace(text)
            ? text
            : throw new ConfigurationException($"{key} is not set: {why}");

    static TimeSpan ParseSpan(string key, string text) =>
        text.Contains(':', StringComparison.Ordinal)
        && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
        && span > TimeSpan.Zero
            ? span
            : throw new ConfigurationException($"{key} is '{text}' but must be a positive time span such as 00:00:20.");
}
