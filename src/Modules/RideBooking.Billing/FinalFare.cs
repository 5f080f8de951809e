using System.Globalization;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Billing;

/// <summary>Computes the fare of a completed ride. Pure: the same ride, terms and tariff always give the same fare.</summary>
internal static class FinalFare
{
    // A driver who forgets the button reports absurd times. Times beyond these limits are errors, and the rider does not pay for
    // them.
    const int MaxDurationFactor = 3;
    const int ExtraDurationSeconds = 3 * 60 * 60;
    const int MaxWaitSeconds = 60 * 60;

    /// <summary>
    /// Returns the quoted fare, or a metered fare without a quote or if the trip was another one than quoted.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A trip is another one if its distance or its time differs by more than 20 % (<see cref="QuoteDeviation"/>). A shorter trip
    /// then never costs more than the quote, and a longer one never less. A trip that is shorter in one and longer in the other
    /// costs the metered fare. So the fare never falls while distance or time grow.
    /// </para>
    /// <para>
    /// Waiting beyond the free time and tolls are added to either. A metered fare has the surge of the terms. A ride without
    /// terms, which was requested by an earlier version, has that of the tariff's peaks at its start.
    /// </para>
    /// <para>
    /// An implausible reported distance (<see cref="MeasuredDistance"/>) counts as not measured. A distance that is not measured
    /// is estimated: to the dropoff, or to where the ride was seen to end, whichever is nearer. Driving time counts up to 3 x the
    /// estimate + 3 h, waiting up to 1 h. A quote in another currency (because the tariff has changed it) is not honoured.
    /// </para>
    /// <para>
    /// Tolls that are negative, above the tariff's maximum, in another currency or in fractions of its minor unit are refused when
    /// the ride is completed. A message with such tolls is not acceptable either, because a fare without them would silently take
    /// the driver's money.
    /// </para>
    /// </remarks>
    /// <param name="ride">The ride.</param>
    /// <param name="terms">Its terms; null if it has none.</param>
    /// <param name="tariff">The tariff of its city that was valid when it started.</param>
    /// <param name="routes">Estimates what is not measured.</param>
    /// <param name="stops">The stops on the way; null if there are none.</param>
    public static Fare Of(
        RideCompleted ride,
        TripTerms? terms,
        Tariff tariff,
        IRouteEstimator routes,
        IReadOnlyList<Place>? stops = null
    )
    {
        var estimate = terms is null
            ? routes.Estimate(Itinerary.Of(ride.Pickup, stops, ride.Dropoff))
            : new RouteEstimate(terms.DistanceMeters, terms.DurationSeconds);
        var reported = IsPlausible(ride, stops) ? ride.DistanceMeters : null;
        var way = new RouteEstimate(
            reported ?? EstimateDistance(ride, estimate, routes),
            Driving(ride.DurationSeconds, estimate)
        );
        var surge = terms is null ? tariff.SurgeAt(ride.StartedAt) : terms.SurgePercent / 100m;
        var metered = FareMeter.Meter(
            tariff,
            ride.VehicleClass,
            way,
            surge,
            ride.StartedAt,
            isEstimated: reported is null
        );
        var trip =
            ride.QuotedFare is { } quoted
            && quoted.Currency == tariff.Currency
            && tariff.Amount(quoted.Amount) is var promise
            && IsHonoured(promise.Amount, metered.Total.Amount, Deviation(ride, terms, reported, way))
                ? Agreed(promise.Amount, ride.VehicleClass, tariff)
                : metered.Lines;
        return Fare.Of(tariff.Currency, [.. trip, .. Extras(ride, tariff)]);
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

    // Only a driver's report ends the measured time: nothing stopped the clock of a ride that someone else completed.
    static QuoteDeviation Deviation(RideCompleted ride, TripTerms? terms, int? reported, RouteEstimate way)
    {
        var deviation = QuoteDeviation.None.WithDistance(reported, ride.QuotedDistanceMeters);
        return ride.By == Initiator.Driver
            ? deviation.WithTime(way.DurationSeconds, terms?.DurationSeconds, way.DistanceMeters)
            : deviation;
    }

    static bool IsHonoured(decimal quoted, decimal metered, QuoteDeviation deviation) =>
        deviation switch
        {
            { IsLonger: true, IsShorter: true } => false,
            { IsLonger: true } => metered < quoted,
            { IsShorter: true } => metered > quoted,
            _ => true,
        };

    static int Driving(int seconds, RouteEstimate estimate) =>
        (int)Math.Clamp(seconds, 0L, estimate.DurationSeconds * (long)MaxDurationFactor + ExtraDurationSeconds);

    // A quote contains the booking fee and the tax. They are listed, because they are not part of what the driver earns from. The
    // agreed fare is the rest, so that the lines sum to the quote even if the tariff has changed since.
    static List<FareLine> Agreed(decimal quoted, string vehicleClass, Tariff tariff)
    {
        var tax = tariff.Amount(quoted * tariff.TaxPercent / (100 + tariff.TaxPercent)).Amount;
        var bookingFee = Math.Clamp(tariff.RatesFor(vehicleClass).BookingFee, 0, Math.Max(0, quoted - tax));
        List<FareLine> lines = [new("upfrontFare", "Agreed fare", tariff.Amount(quoted - tax - bookingFee))];
        if (bookingFee > 0)
            lines.Add(new FareLine(FareLine.BookingFeeCode, "Booking fee", tariff.Amount(bookingFee)));
        if (tax > 0)
            lines.Add(new FareLine(FareLine.TaxCode, tariff.TaxText(), tariff.Amount(tax)));
        return lines;
    }

    // The quote, which is rounded as a whole, contains its tax. So the tax of what is not in the quote is a line of its own.
    static List<FareLine> Extras(RideCompleted ride, Tariff tariff)
    {
        List<FareLine> extras = [.. Waiting(ride, tariff), .. Tolls(ride, tariff)];
        var taxable = extras
            .Where(line => line.Code != FareLine.TollsCode || tariff.TaxesTolls)
            .Sum(line => line.Amount.Amount);
        if (tariff.Amount(tariff.TaxOn(taxable)) is { Amount: > 0 } tax)
            extras.Add(new FareLine(FareLine.TaxCode, $"{tariff.TaxText()}, on extras", tax));
        return extras;
    }

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
