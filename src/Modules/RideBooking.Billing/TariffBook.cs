using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Billing;

/// <summary>All versions of the tariffs of all cities, past and future.</summary>
/// <remarks>
/// Read from the list <c>Billing:Tariffs</c>; without it, <see cref="Tariff.Default"/> is the only one. Tariffs without a city
/// apply where there are no cities, in cities without tariffs, and to rides without a city, which began before there were
/// cities.
/// </remarks>
internal sealed class TariffBook
{
    // Newest first.
    readonly IReadOnlyList<Tariff> _cityless;
    readonly Dictionary<string, IReadOnlyList<Tariff>> _byCity;

    /// <summary>Creates a book. The oldest tariff of a city also applies to any earlier time.</summary>
    public TariffBook(IEnumerable<Tariff> tariffs, Cities cities)
    {
        var all = tariffs.OrderByDescending(tariff => tariff.ValidFrom).ToLookup(tariff => tariff.City);
        _cityless = all.Contains(null) ? [.. all[null]] : [Tariff.Default];
        Cities = cities;
        _byCity = cities.All.ToDictionary(
            city => city.Code,
            IReadOnlyList<Tariff> (city) =>
                [
                    .. (all.Contains(city.Code) ? all[city.Code] : _cityless).Select(tariff =>
                        tariff with
                        {
                            City = city.Code,
                            TimeZone = city.TimeZone,
                        }
                    ),
                ]
        );
    }

    /// <summary>The cities. Without any, all rides have the tariffs without a city.</summary>
    public Cities Cities { get; }

    /// <summary>Returns the tariff that applies at an instant.</summary>
    /// <param name="instant">When.</param>
    /// <param name="city">The code of the city; null for rides without one. An unknown code counts as none.</param>
    public Tariff At(DateTimeOffset instant, string? city = null)
    {
        var newestFirst = city is null ? _cityless : _byCity.GetValueOrDefault(city, _cityless);
        return newestFirst.FirstOrDefault(tariff => tariff.ValidFrom <= instant) ?? newestFirst[^1];
    }

    /// <summary>Returns the tariff of trips from a place at an instant.</summary>
    public Tariff At(DateTimeOffset instant, Place pickup) => At(instant, Cities.Of(pickup)?.Code);

    /// <summary>Returns the tariffs that apply at an instant: one for each city, in their order.</summary>
    public IEnumerable<Tariff> AllAt(DateTimeOffset instant) =>
        Cities.All.Count == 0 ? [At(instant)] : Cities.All.Select(city => At(instant, city.Code));

    /// <summary>Reads the settings. Throws <see cref="ConfigurationException"/>, which names the wrong setting.</summary>
    public static TariffBook Read(IConfiguration configuration)
    {
        var cities = Cities.Read(configuration);
        List<Tariff> tariffs = [];
        foreach (var section in configuration.GetSection("Billing:Tariffs").GetChildren())
        {
            var tariff = ReadTariff(section, cities);
            if (tariffs.Exists(other => (other.City, other.Version) == (tariff.City, tariff.Version)))
                throw section.Invalid("Version", "differ from the version of every other tariff of its city");
            tariffs.Add(tariff);
        }
        return new TariffBook(tariffs, cities);
    }

    static Tariff ReadTariff(IConfigurationSection section, Cities cities)
    {
        var classes = section.GetSection("Classes").GetChildren().ToDictionary(rates => rates.Key.ToLowerInvariant());
        if (!classes.ContainsKey(VehicleClass.Standard))
            throw new ConfigurationException($"{section.Path}:Classes must have the class {VehicleClass.Standard}.");
        var currency = section.Text("Currency");
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper))
            throw section.Invalid("Currency", "be an ISO 4217 code such as EUR");
        var version = section.Text("Version");
        if (version.Length > Invoice.MaxTariffVersionLength)
            throw section.Invalid("Version", $"have at most {Invoice.MaxTariffVersionLength} characters");
        var city = section.Has("City") ? section.Text("City") : null;
        if (city is not null && cities.Find(city) is null)
            throw section.Invalid("City", "be the code of a city in Billing:Cities");
        if (city is not null && section.Has("TimeZone"))
            throw section.Invalid("TimeZone", "not be set, because the city has a time zone");
        var night = section.GetSection("Night") is var window && window.Exists() ? ReadNight(window) : null;
        var rates = classes.ToDictionary(rates => rates.Key, rates => ReadRates(rates.Value, currency, night));
        var tax = section.GetSection("Tax");
        var tariff = new Tariff(
            version,
            section.Instant("ValidFrom"),
            currency,
            section.Has("TimeZone") ? section.TimeZone("TimeZone") : TimeZoneInfo.Utc,
            rates,
            [.. section.GetSection("Peaks").GetChildren().Select(ReadPeak)]
        )
        {
            City = city,
            Night = night,
            TaxPercent = tax.Has("Percent") ? tax.Number("Percent", 0, 100) : 0,
            TaxesTolls = tax.Flag("Tolls"),
        };
        return section.Has("MaxTolls") ? tariff with { MaxTolls = section.Amount("MaxTolls", currency) } : tariff;
    }

    static Rates ReadRates(IConfigurationSection section, string currency, NightWindow? night)
    {
        var rates = new Rates(
            section.Amount(nameof(Rates.Base), currency),
            section.Amount(nameof(Rates.PerKilometer), currency),
            section.Amount(nameof(Rates.PerMinute), currency),
            section.Amount(nameof(Rates.MinimumFare), currency),
            section.Amount(nameof(Rates.WaitingPerMinute), currency),
            section.Amount(nameof(Rates.CancellationFee), currency),
            section.Amount(nameof(Rates.NoShowFee), currency),
            section.AmountOrNone(nameof(Rates.BookingFee), currency),
            section.AmountOrNone(nameof(Rates.NightSupplement), currency)
        );
        return rates.NightSupplement == 0 || night is not null
            ? rates
            : throw section.Invalid(nameof(Rates.NightSupplement), "not be set without the tariff's Night");
    }

    static NightWindow ReadNight(IConfigurationSection section) =>
        new(section.Time("From"), section.Time("To"), section.Has("Factor") ? section.Number("Factor", 1m, 10m) : 1m);

    static PeakWindow ReadPeak(IConfigurationSection section) =>
        new(
            [.. section.Text("Days").Split(',', StringSplitOptions.TrimEntries).Select(day => ParseDay(section, day))],
            section.Time("From"),
            section.Time("To"),
            section.Number("Multiplier", 1m, 10m)
        );

    static DayOfWeek ParseDay(IConfigurationSection section, string text) =>
        Enum.TryParse<DayOfWeek>(text, ignoreCase: true, out var day) && Enum.IsDefined(day) && !char.IsDigit(text[0])
            ? day
            : throw section.Invalid("Days", "be days of the week with commas, such as Friday,Saturday");
}
