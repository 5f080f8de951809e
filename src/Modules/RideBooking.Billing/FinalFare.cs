using System.Globalization;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Billing;

/// <summary>Computes the fare of a completed ride. Pure: the same ride and tariff always give the same fare.</summary>
internal static class FinalFare
{
    // The quote covers a certain trip; a trip that is longer by this factor is a different one.
    const int HonouredUpToPercent = 130;

    // A driver who forgets the button reports absurd times. Times beyond these limits are errors, and the rider does not pay for
    // them.
    const int MaxDurationFactor = 3;
    const int ExtraDurationSeconds = 3 * 60 * 60;
    const int MaxWaitSeconds = 60 * 60;

    /// <summary>
    /// Returns the quoted fare, or a metered fare without a quote or if the trip was more than 30 % longer than quoted.
    /// </summary>
    /// <remarks>
    /// Waiting beyond the free time and tolls are added to either.
    /// An implausible reported distance (<see cref="MeasuredDistance"/>) counts as not measured. A distance that is not measured is
    /// estimated: to the dropoff, or to where the ride was seen to end, whichever is nearer. Driving time counts up to 3 x the
    /// estimate + 3 h, waiting up to 1 h. A quote in another currency (because the tariff has changed it) is not honoured.
    /// Tolls that are negative, above the tariff's maximum, in another currency or in fractions of its minor unit are refused when
    /// the ride is completed. A message with such tolls is not acceptable either, because a fare without them would silently take
    /// the driver's money.
    /// </remarks>
    public static Fare Of(RideCompleted ride, Tariff tariff, IRouteEstimator routes, IReadOnlyList<Place>? stops = null)
    {
        var estimate = routes.Estimate(Itinerary.Of(ride.Pickup, stops, ride.Dropoff));
        var reported = IsPlausible(ride, stops) ? ride.DistanceMeters : null;
        var trip =
            ride.QuotedFare is { } quoted
            && quoted.Currency == tariff.Currency
            && !ExceedsQuotedDistance(reported, ride.QuotedDistanceMeters)
                ? [new FareLine("upfrontFare", "Agreed fare", tariff.Amount(quoted.Amount))]
                : Metered(
                    ride,
                    tariff,
                    new RouteEstimate(reported ?? EstimateDistance(ride, estimate, routes), Driving(ride, estimate)),
                    isEstimated: reported is null
                );
        return Fare.Of(tariff.Currency, [.. trip, .. Waiting(ride, tariff), .. Tolls(ride, tariff)]);
    }

    /// <summary>Whether the reported distance can be true; true where none was reported.</summary>
    public static bool IsPlausible(RideCompleted ride, IReadOnlyList<Place>? stops = null) =>
        ride.DistanceMeters is not { } meters
        || MeasuredDistance.Check(ride.Pickup, ride.Dropoff, ride.LastPosition, meters, ride.DurationSeconds, stops)
            == MeasuredDistance.Verdict.Plausible;

    static int EstimateDistance(RideCompleted ride, RouteEstimate estimate, IRouteEstimator routes) =>
        ride is { DistanceMeters: not null, LastPosition: { } end }
            ? Math.Min(routes.Estimate(ride.Pickup, end).DistanceMeters, estimate.DistanceMeters)
            : estimate.DistanceMeters;

    static IReadOnlyList<FareLine> Metered(RideCompleted ride, Tariff tariff, RouteEstimate way, bool isEstimated) =>
        FareMeter.Meter(tariff, ride.VehicleClass, way, tariff.SurgeAt(ride.StartedAt), isEstimated).Lines;

    static bool ExceedsQuotedDistance(int? reported, int? quoted) =>
        reported is { } driven && quoted is { } promised && driven * 100L > promised * (long)HonouredUpToPercent;

    static int Driving(RideCompleted ride, RouteEstimate estimate) =>
        (int)
            Math.Clamp(
                ride.DurationSeconds,
                0L,
                estimate.DurationSeconds * (long)MaxDurationFactor + ExtraDurationSeconds
            );

    static IEnumerable<FareLine> Waiting(RideCompleted ride, Tariff tariff)
    {
        var minutes = Math.Clamp((long)ride.WaitSeconds - ride.FreeWaitSeconds, 0, MaxWaitSeconds) / 60m;
        var amount = tariff.Amount(minutes * tariff.RatesFor(ride.VehicleClass).WaitingPerMinute);
        if (amount.Amount > 0)
            yield return new FareLine(
                "waiting",
                $"Waiting, {minutes.ToString("0.0", CultureInfo.InvariantCulture)} min",
                amount
            );
    }

    static IEnumerable<FareLine> Tolls(RideCompleted ride, Tariff tariff)
    {
        if (ride.Tolls is not { } tolls)
            yield break;
        if (TollRules.Refusal(tolls, tariff) is { } refusal)
            throw new UnacceptableMessageException($"The tolls of ride {ride.RideId}, {tolls}, {refusal}.");
        if (tolls.Amount > 0)
            yield return new FareLine(FareLine.TollsCode, "Tolls", tariff.Amount(tolls.Amount));
    }
}
