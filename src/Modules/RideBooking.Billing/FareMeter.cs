using System.Globalization;
using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Computes the lines of a fare from distance and time, by a tariff. Pure.</summary>
internal static class FareMeter
{
    /// <summary>Returns everything that a trip costs, except waiting and tolls.</summary>
    /// <remarks>
    /// <para>Lines that would be zero are omitted, except base, distance and time.</para>
    /// <para>
    /// Surge and night are factors on the exact sum of base, distance and time, and do not multiply each other. Each line is
    /// rounded once, when it is written. The supplement to the minimum fare is the exact difference of amounts in minor units. So
    /// the total needs no rounding, and is never below the minimum.
    /// </para>
    /// </remarks>
    /// <param name="tariff">The tariff.</param>
    /// <param name="vehicleClass">The class, in lower case.</param>
    /// <param name="way">The distance and the driving time.</param>
    /// <param name="surge">The factor for high demand; 1 if there is none.</param>
    /// <param name="start">When the trip starts: it decides whether it is a night trip.</param>
    /// <param name="isEstimated">Whether the distance is not measured.</param>
    public static Fare Meter(
        Tariff tariff,
        string vehicleClass,
        RouteEstimate way,
        decimal surge,
        DateTimeOffset start,
        bool isEstimated = false
    )
    {
        var rates = tariff.RatesFor(vehicleClass);
        var kilometers = way.DistanceMeters / 1000m;
        var minutes = way.DurationSeconds / 60m;
        var (distance, time) = (kilometers * rates.PerKilometer, minutes * rates.PerMinute);
        var metered = rates.Base + distance + time;
        List<FareLine> lines =
        [
            new("base", "Base fare", tariff.Amount(rates.Base)),
            new(
                "distance",
                $"Distance, {Show(kilometers)} km{(isEstimated ? " (estimated)" : "")}",
                tariff.Amount(distance)
            ),
            new("time", $"Time, {Show(minutes)} min", tariff.Amount(time)),
        ];
        Add("surge", $"High demand, x {surge.ToString("0.##", CultureInfo.InvariantCulture)}", metered * (surge - 1));
        if (tariff.Night is { } night && tariff.IsNight(start))
            Add("night", "Night", metered * (night.Factor - 1) + rates.NightSupplement);
        Add("minimumFare", "To the minimum fare", rates.MinimumFare - lines.Sum(line => line.Amount.Amount));
        Add(FareLine.BookingFeeCode, "Booking fee", rates.BookingFee);
        Add(FareLine.TaxCode, tariff.TaxText(), tariff.TaxOn(lines.Sum(line => line.Amount.Amount)));
        return Fare.Of(tariff.Currency, lines);

        void Add(string code, string description, decimal exact)
        {
            if (tariff.Amount(exact) is { Amount: > 0 } amount)
                lines.Add(new FareLine(code, description, amount));
        }
    }

    static string Show(decimal number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
