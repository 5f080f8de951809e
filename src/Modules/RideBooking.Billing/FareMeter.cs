using System.Globalization;
using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Computes the lines of a fare from distance and time, by a tariff. Pure.</summary>
internal static class FareMeter
{
    /// <summary>Returns base, distance, time, the surge on these three, and the supplement to the minimum fare.</summary>
    /// <remarks>Lines that would be zero are omitted, except the first three.</remarks>
    public static Fare Meter(
        Tariff tariff,
        string vehicleClass,
        RouteEstimate way,
        decimal surge,
        bool isEstimated = false
    )
    {
        var rates = tariff.RatesFor(vehicleClass);
        var kilometers = way.DistanceMeters / 1000m;
        var minutes = way.DurationSeconds / 60m;
        List<FareLine> lines =
        [
            new("base", "Base fare", tariff.Amount(rates.Base)),
            new(
                "distance",
                $"Distance, {Show(kilometers)} km{(isEstimated ? " (estimated)" : "")}",
                tariff.Amount(kilometers * rates.PerKilometer)
            ),
            new("time", $"Time, {Show(minutes)} min", tariff.Amount(minutes * rates.PerMinute)),
        ];
        var subtotal = lines.Sum(line => line.Amount.Amount);
        if (tariff.Amount(subtotal * (surge - 1)) is { Amount: > 0 } more)
        {
            lines.Add(new("surge", $"High demand, x {surge.ToString("0.##", CultureInfo.InvariantCulture)}", more));
            subtotal += more.Amount;
        }
        if (tariff.Amount(rates.MinimumFare - subtotal) is { Amount: > 0 } lacking)
            lines.Add(new("minimumFare", "To the minimum fare", lacking));
        return Fare.Of(tariff.Currency, lines);
    }

    static string Show(decimal number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
