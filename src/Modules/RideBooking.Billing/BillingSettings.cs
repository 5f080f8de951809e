using System.Globalization;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Billing;

/// <summary>Reads the values of cities and tariffs from their sections, and refuses invalid ones with the setting's name.</summary>
internal static class BillingSettings
{
    // Enough for the currencies with the smallest units.
    const decimal MaxAmount = 1_000_000m;

    /// <summary>Reads a text that must be set.</summary>
    public static string Text(this IConfigurationSection section, string key) =>
        section.Has(key) ? section[key]!.Trim() : throw new ConfigurationException($"{section.Path}:{key} is not set.");

    /// <summary>Whether a value is set.</summary>
    public static bool Has(this IConfigurationSection section, string key) => !string.IsNullOrWhiteSpace(section[key]);

    public static DateTimeOffset Instant(this IConfigurationSection section, string key) =>
        section.Parse<DateTimeOffset>(
            key,
            "be an instant such as 2026-06-01T00:00:00Z",
            text =>
                DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                    ? at
                    : null
        );

    public static TimeOnly Time(this IConfigurationSection section, string key) =>
        section.Parse<TimeOnly>(
            key,
            "be a time such as 07:00",
            text =>
                TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                    ? time
                    : null
        );

    public static TimeZoneInfo TimeZone(this IConfigurationSection section, string key) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(section.Text(key), out var zone)
            ? zone
            : throw section.Invalid(key, "be a time zone such as Europe/Berlin");

    public static decimal Number(this IConfigurationSection section, string key, decimal min, decimal max) =>
        section.Parse<decimal>(
            key,
            string.Create(CultureInfo.InvariantCulture, $"be a number from {min} to {max}"),
            text => ParseDecimal(text, min, max)
        );

    /// <summary>Reads an amount of the currency, without more decimals than it has.</summary>
    public static decimal Amount(this IConfigurationSection section, string key, string currency) =>
        section.Parse<decimal>(
            key,
            $"be an amount from 0 to {MaxAmount} with at most {MinorUnits.DecimalsOf(currency)} decimals, as {currency} has",
            text =>
                ParseDecimal(text, 0m, MaxAmount) is { } amount && new Money(amount, currency).IsInMinorUnits()
                    ? amount
                    : null
        );

    /// <summary>Reads an amount of the currency; 0 if it is not set.</summary>
    public static decimal AmountOrNone(this IConfigurationSection section, string key, string currency) =>
        section.Has(key) ? section.Amount(key, currency) : 0m;

    /// <summary>Reads <c>true</c> or <c>false</c>; false if it is not set.</summary>
    public static bool Flag(this IConfigurationSection section, string key) =>
        section.Has(key)
        && (bool.TryParse(section.Text(key), out var value) ? value : throw section.Invalid(key, "be true or false"));

    public static ConfigurationException Invalid(this IConfigurationSection section, string key, string must) =>
        new($"{section.Path}:{key} is '{section[key]}' but must {must}.");

    static T Parse<T>(this IConfigurationSection section, string key, string must, Func<string, T?> parse)
        where T : struct => parse(section.Text(key)) ?? throw section.Invalid(key, must);

    static decimal? ParseDecimal(string text, decimal min, decimal max) =>
        decimal.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var number
        )
        && number >= min
        && number <= max
            ? number
            : null;
}
