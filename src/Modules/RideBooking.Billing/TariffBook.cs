using System.Globalization;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Billing;

/// <summary>All versions of the tariff, past and future.</summary>
/// <remarks>Read from the list <c>Billing:Tariffs</c>; without it, <see cref="Tariff.Default"/> is the only one.</remarks>
internal sealed class TariffBook
{
    // Enough for the currencies with the smallest units.
    const decimal MaxAmount = 1_000_000m;

    readonly IReadOnlyList<Tariff> _newestFirst;

    /// <summary>Creates a book of at least one tariff. The oldest one also applies to any earlier time.</summary>
    public TariffBook(IEnumerable<Tariff> tariffs) =>
        _newestFirst = [.. tariffs.OrderByDescending(tariff => tariff.ValidFrom)];

    /// <summary>Returns the tariff that applies at an instant.</summary>
    public Tariff At(DateTimeOffset instant) =>
        _newestFirst.FirstOrDefault(tariff => tariff.ValidFrom <= instant) ?? _newestFirst[^1];

    /// <summary>Reads the settings. Throws <see cref="ConfigurationException"/>, which names the wrong setting.</summary>
    public static TariffBook Read(IConfiguration configuration)
    {
        var tariffs = configuration.GetSection("Billing:Tariffs").GetChildren().Select(ReadTariff).ToList();
        return new TariffBook(tariffs.Count > 0 ? tariffs : [Tariff.Default]);
    }

    static Tariff ReadTariff(IConfigurationSection section)
    {
        var classes = section.GetSection("Classes").GetChildren().ToDictionary(rates => rates.Key.ToLowerInvariant());
        if (!classes.ContainsKey(VehicleClass.Standard))
            throw new ConfigurationException($"{section.Path}:Classes must have the class {VehicleClass.Standard}.");
        var currency =
            Text(section, "Currency") is { Length: 3 } code && code.All(char.IsAsciiLetterUpper)
                ? code
                : throw Invalid(section, "Currency", "be an ISO 4217 code such as EUR");
        var tariff = new Tariff(
            Text(section, "Version") is { Length: <= Invoice.MaxTariffVersionLength } version
                ? version
                : throw Invalid(section, "Version", $"have at most {Invoice.MaxTariffVersionLength} characters"),
            Parse(section, "ValidFrom", "be an instant such as 2026-06-01T00:00:00Z", ParseInstant),
            currency,
            section["TimeZone"] is null
                ? TimeZoneInfo.Utc
                : Parse(section, "TimeZone", "be a time zone such as Europe/Berlin", ParseTimeZone),
            classes.ToDictionary(rates => rates.Key, rates => ReadRates(rates.Value, currency)),
            [.. section.GetSection("Peaks").GetChildren().Select(ReadPeak)]
        );
        return section["MaxTolls"] is null ? tariff : tariff with { MaxTolls = Amount(section, "MaxTolls", currency) };
    }

    static Rates ReadRates(IConfigurationSection section, string currency) =>
        new(
            Amount(section, nameof(Rates.Base), currency),
            Amount(section, nameof(Rates.PerKilometer), currency),
            Amount(section, nameof(Rates.PerMinute), currency),
            Amount(section, nameof(Rates.MinimumFare), currency),
            Amount(section, nameof(Rates.WaitingPerMinute), currency),
            Amount(section, nameof(Rates.CancellationFee), currency),
            Amount(section, nameof(Rates.NoShowFee), currency)
        );

    static PeakWindow ReadPeak(IConfigurationSection section) =>
        new(
            [.. Text(section, "Days").Split(',', StringSplitOptions.TrimEntries).Select(day => ParseDay(section, day))],
            Parse(section, "From", "be a time such as 07:00", ParseTime),
            Parse(section, "To", "be a time such as 09:30", ParseTime),
            Parse(section, "Multiplier", "be a number from 1 to 10", text => ParseDecimal(text, 1m, 10m))
        );

    static decimal Amount(IConfigurationSection section, string key, string currency) =>
        Parse<decimal>(
            section,
            key,
            $"be an amount from 0 to {MaxAmount} with at most {MinorUnits.DecimalsOf(currency)} decimals, as {currency} has",
            text =>
                ParseDecimal(text, 0m, MaxAmount) is { } amount && new Money(amount, currency).IsInMinorUnits()
                    ? amount
                    : null
        );

    static DateTimeOffset? ParseInstant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : null;

    static TimeOnly? ParseTime(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : null;

    static decimal? ParseDecimal(string text, decimal min, decimal max) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number >= min
        && number <= max
            ? number
            : null;

    static TimeZoneInfo? ParseTimeZone(string text) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) ? zone : null;

    static DayOfWeek ParseDay(IConfigurationSection section, string text) =>
        Enum.TryParse<DayOfWeek>(text, ignoreCase: true, out var day) && Enum.IsDefined(day) && !char.IsDigit(text[0])
            ? day
            : throw Invalid(section, "Days", "be days of the week with commas, such as Friday,Saturday");

    static T Parse<T>(IConfigurationSection section, string key, string must, Func<string, T?> parse)
        where T : struct => parse(Text(section, key)) ?? throw Invalid(section, key, must);

    static T Parse<T>(IConfigurationSection section, string key, string must, Func<string, T?> parse)
        where T : class => parse(Text(section, key)) ?? throw Invalid(section, key, must);

    static string Text(IConfigurationSection section, string key) =>
        section[key] is { } text && !string.IsNullOrWhiteSpace(text)
            ? text.Trim()
            : throw new ConfigurationException($"{section.Path}:{key} is not set.");

    static ConfigurationException Invalid(IConfigurationSection section, string key, string must) =>
        new($"{section.Path}:{key} is '{section[key]}' but must {must}.");
}
