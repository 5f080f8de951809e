using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Quotes a changed trip by the present tariff, with the city and the surge of the ride's request.</summary>
internal sealed class QuoteChange(
    AppDbContext db,
    TariffBook tariffs,
    IRouteEstimator routes,
    QuoteTokens tokens,
    QuoteOptions options,
    TimeProvider clock
) : IChangeQuotes
{
    public async Task<ChangeQuote> Of(ChangedTrip trip, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var requested = await db.Requested(trip.RideId, cancellationToken);
        // A ride that an older version requested has no terms: its surge was that of its time.
        var surge = requested.Terms is { } agreed
            ? agreed.SurgePercent / 100m
            : tariffs.At(requested.At, trip.Pickup).SurgeAt(requested.At);
        IReadOnlyList<Place> itinerary = Itinerary.Of(trip.Pickup, trip.Stops, trip.Dropoff);
        if (trip.Via is { } here)
            itinerary = [trip.Pickup, here, .. itinerary.Skip(1)];
        var way = routes.Estimate(itinerary);
        var fare = FareMeter.Meter(tariffs.At(now, requested.Terms?.City), trip.VehicleClass, way, surge, now);
        var terms = new TripTerms(
            requested.Terms?.City,
            Tariff.Percent(surge),
            fare.Total,
            way.DistanceMeters,
            way.DurationSeconds
        );
        var promise = new SignedQuote(
            Guid.CreateVersion7(now),
            trip.RiderId,
            trip.Pickup,
            trip.Dropoff,
            trip.VehicleClass,
            terms.Fare,
            terms.DistanceMeters,
            terms.DurationSeconds,
            now + options.ValidFor,
            terms.City,
            terms.SurgePercent,
            trip.Stops,
            new QuotedChange(trip.RideId, trip.Number)
        );
        return new ChangeQuote(tokens.Sign(promise), terms, fare.Lines, promise.ExpiresAt);
    }
}
