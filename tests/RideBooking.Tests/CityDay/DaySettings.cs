using System.Globalization;

namespace RideBooking.Tests.CityDay;

/// <summary>The size of a simulated day.</summary>
/// <param name="Seed">Decides everything that people do. The same seed and the same number of rides give the same report.</param>
/// <param name="Rides">Requests in 24 hours.</param>
public sealed record DaySettings(int Seed, int Rides)
{
    /// <summary>Drivers of the city; each has a shift of eight to ten hours.</summary>
    public int Drivers => Math.Max(12, Rides / 9);

    /// <summary>Riders of the city: many of them ride more than once.</summary>
    public int Riders => Math.Max(10, Rides * 2 / 3);

    /// <summary>Reads the settings of a long day, which <c>infra/city-day.sh</c> starts; null without one.</summary>
    public static DaySettings? FromEnvironment() =>
        Number("RIDEBOOKING_DAY_RIDES") is { } rides
            ? new DaySettings(Number("RIDEBOOKING_DAY_SEED") ?? 1, rides)
            : null;

    static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
