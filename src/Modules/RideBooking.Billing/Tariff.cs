using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>What a ride costs from a day on. A tariff never changes once rides were billed with it: a new price is a new version.</summary>
/// <param name="Version">Names it on invoices.</param>
/// <param name="ValidFrom">It holds from then until the next one does.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="TimeZone">Where the clock hangs that peak windows are read from.</param>
/// <param name="Classes">The rates, by vehicle class.</param>
/// <param name="Peaks">When demand is high. Where windows overlap the highest multiplier counts.</param>
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

    /// <summary>What holds when nobody configures another.</summary>
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

    /// <summary>The rates of a class; those of <c>standard</c> for a class this tariff no longer has, so that a ride is always billed.</summary>
    public Rates RatesFor(string vehicleClass) =>
        Classes.GetValueOrDefault(vehicleClass, Classes[VehicleClass.Standard]);

    /// <summary>The factor on base, distance and time at an instant: 1 outside the peaks.</summary>
    public decimal SurgeAt(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, TimeZone);
        return Peaks.Where(peak => peak.Contains(local)).Select(peak => peak.Multiplier).DefaultIfEmpty(1m).Max();
    }

    /// <summary>The most that a driver can claim as tolls of one ride, in the tariff's currency.</summary>
    public decimal MaxTolls { get; init; } = MinorUnits.DecimalsOf(Currency) == 0 ? 20_000m : 200m;

    /// <summary>An amount in the tariff's currency, rounded to its minor unit.</summary>
    public Money Amount(decimal amount) => Money.Rounded(amount, Currency);
}

/// <summary>The prices of one vehicle class, in the tariff's currency.</summary>
/// <param name="Base">For every ride.</param>
/// <param name="PerKilometer">For the way.</param>
/// <param name="PerMinute">For the time from start to completion.</param>
/// <param name="MinimumFare">What base, distance, time and surge come to at least.</param>
/// <param name="WaitingPerMinute">For waiting at the pickup beyond what is free.</param>
/// <param name="CancellationFee">When the rider cancels too late.</param>
/// <param name="NoShowFee">When the rider does not come.</param>
internal sealed record Rates(
    decimal Base,
    decimal PerKilometer,
    decimal PerMinute,
    decimal MinimumFare,
    decimal WaitingPerMinute,
    decimal CancellationFee,
    decimal NoShowFee
);

/// <summary>When demand is high. A window that ends at or before it begins goes over midnight and belongs to the day it begins on.</summary>
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
