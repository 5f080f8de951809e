using System.Globalization;
using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>
/// The prices of a city's rides from a certain day on. A tariff never changes once rides were billed with it: a new price is a new
/// version.
/// </summary>
/// <param name="Version">The version, as shown on invoices. No other tariff of the city has it.</param>
/// <param name="ValidFrom">When it takes effect. It applies until the next tariff does.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="TimeZone">The time zone of the peak windows and the night: the city's, if it has a city.</param>
/// <param name="Classes">The rates, by vehicle class.</param>
/// <param name="Peaks">The windows of high demand. Where they overlap, the highest multiplier counts.</param>
internal sealed record Tariff(
    string Version,
    DateTimeOffset ValidFrom,
    string Currency,
    TimeZoneInfo TimeZone,
    IReadOnlyDictionary<string, Rates> Classes,
    IReadOnlyList<PeakWindow> Peaks
)
{
    // Before Default, which is initialized with it.
    static readonly DayOfWeek[] s_workdays =
    [
        DayOfWeek.Monday,
        DayOfWeek.Tuesday,
        DayOfWeek.Wednesday,
        DayOfWeek.Thursday,
        DayOfWeek.Friday,
    ];

    /// <summary>The tariff that applies if none is configured.</summary>
    public static Tariff Default { get; } =
        new(
            Version: "2026-01",
            ValidFrom: DateTimeOffset.MinValue,
            Currency: "EUR",
            TimeZone: TimeZoneInfo.Utc,
            Classes: new Dictionary<string, Rates>
            {
                [VehicleClass.Standard] = new(
                    Base: 2.50m,
                    PerKilometer: 1.20m,
                    PerMinute: 0.30m,
                    MinimumFare: 6.00m,
                    WaitingPerMinute: 0.35m,
                    CancellationFee: 5.00m,
                    NoShowFee: 7.00m
                ),
                ["comfort"] = new(
                    Base: 3.50m,
                    PerKilometer: 1.60m,
                    PerMinute: 0.40m,
                    MinimumFare: 8.00m,
                    WaitingPerMinute: 0.45m,
                    CancellationFee: 6.00m,
                    NoShowFee: 9.00m
                ),
                ["xl"] = new(
                    Base: 4.50m,
                    PerKilometer: 2.00m,
                    PerMinute: 0.45m,
                    MinimumFare: 10.00m,
                    WaitingPerMinute: 0.55m,
                    CancellationFee: 8.00m,
                    NoShowFee: 11.00m
                ),
            },
            Peaks:
            [
                new(s_workdays, new TimeOnly(7, 0), new TimeOnly(9, 30), 1.25m),
                new(s_workdays, new TimeOnly(16, 30), new TimeOnly(19, 0), 1.25m),
                new([DayOfWeek.Friday, DayOfWeek.Saturday], new TimeOnly(22, 0), new TimeOnly(3, 0), 1.50m),
            ]
        );

    /// <summary>
    /// Returns the rates of a class; those of <c>standard</c> if the tariff no longer has the class, so that a ride is always
    /// billed.
    /// </summary>
    public Rates RatesFor(string vehicleClass) =>
        Classes.GetValueOrDefault(vehicleClass, Classes[VehicleClass.Standard]);

    /// <summary>Returns the factor on base, distance and time at an instant: 1 outside the peaks.</summary>
    public decimal SurgeAt(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, TimeZone);
        return Peaks.Where(peak => peak.Contains(local)).Select(peak => peak.Multiplier).DefaultIfEmpty(1m).Max();
    }

    /// <summary>Whether it is night at an instant, in the tariff's time zone.</summary>
    public bool IsNight(DateTimeOffset instant) => Night?.Contains(TimeZoneInfo.ConvertTime(instant, TimeZone)) == true;

    /// <summary>Returns a factor in per cent, as events have it.</summary>
    public static int Percent(decimal factor) => (int)decimal.Round(factor * 100);

    /// <summary>The maximum tolls that a driver can claim for one ride, in the tariff's currency.</summary>
    public decimal MaxTolls { get; init; } = MinorUnits.DecimalsOf(Currency) == 0 ? 20_000m : 200m;

    /// <summary>The code of its city; null if it applies without a city.</summary>
    public string? City { get; init; }

    /// <summary>The night; null if the tariff has no night prices.</summary>
    public NightWindow? Night { get; init; }

    /// <summary>The tax that is added to the fare, per cent. All prices are net of it, except fees for cancelled rides.</summary>
    public decimal TaxPercent { get; init; }

    /// <summary>Whether tolls are taxed, too. They are the driver's expense, so usually they are not.</summary>
    public bool TaxesTolls { get; init; }

    /// <summary>Returns the tax on an amount, not rounded.</summary>
    public decimal TaxOn(decimal net) => net * TaxPercent / 100;

    /// <summary>Returns the text of a line of tax.</summary>
    public string TaxText() => string.Create(CultureInfo.InvariantCulture, $"Tax, {TaxPercent:0.##} %");

    /// <summary>Returns an amount in the tariff's currency, rounded to its minor unit.</summary>
    public Money Amount(decimal amount) => Money.Rounded(amount, Currency);
}

/// <summary>The prices of one vehicle class, in the tariff's currency.</summary>
/// <param name="Base">The price of every ride.</param>
/// <param name="PerKilometer">The price of distance.</param>
/// <param name="PerMinute">The price of the time from start to completion.</param>
/// <param name="MinimumFare">The minimum of base, distance, time, surge and night together.</param>
/// <param name="WaitingPerMinute">The price of waiting at the pickup beyond the free time.</param>
/// <param name="CancellationFee">The fee if the rider cancels too late.</param>
/// <param name="NoShowFee">The fee if the rider does not come.</param>
/// <param name="BookingFee">The platform's fee for every completed ride, beside the minimum fare.</param>
/// <param name="NightSupplement">The price of a ride that starts at night, beside the factor of the night.</param>
internal sealed record Rates(
    decimal Base,
    decimal PerKilometer,
    decimal PerMinute,
    decimal MinimumFare,
    decimal WaitingPerMinute,
    decimal CancellationFee,
    decimal NoShowFee,
    decimal BookingFee = 0,
    decimal NightSupplement = 0
);

/// <summary>
/// A window of high demand. If its end is not after its start, it passes midnight and belongs to the day it begins on.
/// </summary>
internal sealed record PeakWindow(IReadOnlyList<DayOfWeek> Days, TimeOnly From, TimeOnly To, decimal Multiplier)
{
    public bool Contains(DateTimeOffset local)
    {
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        if (From < To)
            return Days.Contains(local.DayOfWeek) && time >= From && time < To;
        return time >= From ? Days.Contains(local.DayOfWeek) : time < To && Days.Contains(DayBefore(local.DayOfWeek));
    }

    static DayOfWeek DayBefore(DayOfWeek day) => (DayOfWeek)(((int)day + 6) % 7);
}

/// <summary>The hours of the night, every day. If their end is not after their start, they pass midnight.</summary>
/// <remarks>
/// They are hours of the clock: where clocks change in the night, an hour that is skipped is never charged, and one that occurs
/// twice is charged twice.
/// </remarks>
/// <param name="From">The first minute.</param>
/// <param name="To">The end, exclusive.</param>
/// <param name="Factor">The factor on base, distance and time; 1 for the supplement of the class only.</param>
internal sealed record NightWindow(TimeOnly From, TimeOnly To, decimal Factor)
{
    public bool Contains(DateTimeOffset local)
    {
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        return From < To ? time >= From && time < To : time >= From || time < To;
    }
}
