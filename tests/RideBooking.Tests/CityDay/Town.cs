using System.Globalization;
using System.Text.Json.Nodes;
using RideBooking.Contracts;

namespace RideBooking.Tests.CityDay;

/// <summary>The simulated city: where people are, how long ways take, and when rides are requested.</summary>
/// <remarks>
/// Berlin, with its time zone. Places are spread around the centre by a normal distribution, streets are longer than the straight
/// line by a factor of 1.4, and the traffic of the rush hours is slower than that of the night.
/// </remarks>
internal static class Town
{
    const double Lat = 52.52;
    const double Lng = 13.405;
    const double SpreadMeters = 3_500;
    const double MetersPerDegree = 111_195;
    const double Detour = 1.4;

    /// <summary>Midnight in Berlin on a Wednesday in summer.</summary>
    public static readonly DateTimeOffset Midnight = new(2031, 6, 17, 22, 0, 0, TimeSpan.Zero);

    /// <summary>Requests by hour of the day, as parts of a whole: a quiet night, two rush hours, an evening.</summary>
    static readonly double[] s_demand =
    [
        2,
        1.5,
        1,
        0.8,
        0.8,
        1.5,
        3.5,
        6.5,
        8,
        6,
        4,
        4,
        4.5,
        4.5,
        4,
        4.5,
        6,
        8,
        8.5,
        6.5,
        5,
        4.5,
        4,
        3,
    ];

    /// <summary>A city with its tax and fees, so that every line of a receipt occurs.</summary>
    public static readonly (string Key, string Value)[] Settings =
    [
        ("Billing:Cities:0:Code", "berlin"),
        ("Billing:Cities:0:Name", "Berlin"),
        ("Billing:Cities:0:TimeZone", "Europe/Berlin"),
        ("Billing:Cities:0:Centre:Lat", "52.52"),
        ("Billing:Cities:0:Centre:Lng", "13.405"),
        ("Billing:Cities:0:RadiusKm", "40"),
        .. Tariff(0, city: null),
        .. Tariff(1, "berlin"),
    ];

    static IEnumerable<(string, string)> Tariff(int number, string? city)
    {
        var tariff = $"Billing:Tariffs:{number}";
        yield return ($"{tariff}:Version", "2031-01");
        yield return ($"{tariff}:ValidFrom", "2026-01-01T00:00:00Z");
        yield return ($"{tariff}:Currency", "EUR");
        if (city is null)
            yield return ($"{tariff}:TimeZone", "Europe/Berlin");
        else
            yield return ($"{tariff}:City", city);
        yield return ($"{tariff}:Night:From", "22:00");
        yield return ($"{tariff}:Night:To", "06:00");
        yield return ($"{tariff}:Night:Factor", "1.1");
        yield return ($"{tariff}:Tax:Percent", "7");
        foreach (var (vehicleClass, factor) in new[] { (VehicleClass.Standard, 1.0m), ("xl", 1.6m) })
        {
            var prices = $"{tariff}:Classes:{vehicleClass}";
            foreach (
                var (name, amount) in new[]
                {
                    ("Base", 2.50m),
                    ("PerKilometer", 1.20m),
                    ("PerMinute", 0.30m),
                    ("MinimumFare", 5.00m),
                    ("WaitingPerMinute", 0.50m),
                    ("CancellationFee", 4.00m),
                    ("NoShowFee", 6.00m),
                    ("BookingFee", 1.00m),
                }
            )
                yield return ($"{prices}:{name}", (amount * factor).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Draws the time of a request.</summary>
    public static DateTimeOffset Request(Random chance)
    {
        var part = chance.NextDouble() * s_demand.Sum();
        var hour = 0;
        while (part > s_demand[hour])
            part -= s_demand[hour++];
        return Midnight.AddHours(hour).AddSeconds(chance.Next(3600));
    }

    public static Spot Somewhere(Random chance)
    {
        var (north, east) = (Normal(chance), Normal(chance));
        return new Spot(
            Math.Round(Lat + north / MetersPerDegree, 6),
            Math.Round(Lng + east / (MetersPerDegree * Math.Cos(double.DegreesToRadians(Lat))), 6)
        );
    }

    public static double Meters(Spot from, Spot to) => GreatCircle.Meters(from.Lat, from.Lng, to.Lat, to.Lng) * Detour;

    /// <summary>The driving time between two places, whole seconds.</summary>
    public static TimeSpan Drive(Spot from, Spot to, DateTimeOffset at)
    {
        var hour = (at - Midnight).TotalHours % 24;
        var metersPerSecond =
            hour is < 6 or > 22 ? 11
            : hour is > 7 and < 10 or > 16 and < 19 ? 6.5
            : 8.5;
        return TimeSpan.FromSeconds(Math.Round(30 + Meters(from, to) / metersPerSecond));
    }

    // G. E. P. Box and M. E. Muller, 1958.
    static double Normal(Random chance) =>
        SpreadMeters * Math.Sqrt(-2 * Math.Log(1 - chance.NextDouble())) * Math.Cos(2 * Math.PI * chance.NextDouble());
}

/// <summary>A place in the city, degrees.</summary>
internal readonly record struct Spot(double Lat, double Lng)
{
    public JsonObject Json => new() { ["lat"] = Lat, ["lng"] = Lng };
}
