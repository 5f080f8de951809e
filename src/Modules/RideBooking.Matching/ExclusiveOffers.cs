using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>Makes offers: each to one driver, who is reserved for it.</summary>
internal sealed class ExclusiveOffers(AppDbContext db, MatchingOptions options, TimeProvider clock)
{
    const int DriversPerPoll = 8;

    /// <summary>
    /// Offers the ride to the nearest eligible driver; if there is none, to one who did not answer a while ago.
    /// </summary>
    /// <remarks>
    /// An eligible driver is available, in a vehicle of the class, has reported their position recently, is not the rider and
    /// has not been offered the ride. The caller holds the search's row lock, or the search is new and not yet visible to
    /// others. In the common case this takes three statements before the commit: find, reserve, save.
    /// </remarks>
    /// <returns>False if there is no such driver within the radius.</returns>
    public async Task<bool> OfferToNearest(Search search, ConsumeContext context)
    {
        var notAsked = db.OffersOf(search.RideId);
        foreach (var radius in SearchRadii(options.MaxRadiusMeters))
            if (await OfferWithin(radius, notAsked))
                return true;

        // If there is no other driver, those who did not answer a while ago.
        return search.Attempts > 0
            && await OfferWithin(
                options.MaxRadiusMeters,
                db.OffersNotToRepeat(search.RideId, clock.GetUtcNow() - options.OfferTimeout)
            );

        async Task<bool> OfferWithin(double radius, IQueryable<Offer> refused)
        {
            // Drivers whom other searches reserved in the meantime are not in the next query's result.
            while (await FindCandidates(search, radius, refused, context.CancellationToken) is { Count: > 0 } near)
                foreach (var (driverId, meters) in near)
                    if (await OfferTo(driverId, meters, search, context))
                        return true;
            return false;
        }
    }

    /// <summary>
    /// Offers the ride to this driver, unless they have become unavailable or have declined it in the meantime.
    /// </summary>
    public async Task<bool> OfferTo(string driverId, double meters, Search search, ConsumeContext context)
    {
        var offerId = Guid.CreateVersion7();
        var now = clock.GetUtcNow();
        if (!await db.Reserve(driverId, search, offerId, now - options.OfferTimeout, context.CancellationToken))
            return false;

        var offer = new Offer
        {
            OfferId = offerId,
            RideId = search.RideId,
            DriverId = driverId,
            ActiveRideId = search.RideId,
            ActiveDriverId = driverId,
            Attempt = search.Attempts + 1,
            PickupEtaSeconds = PickupEta.Seconds(meters),
            OfferedAt = now,
            ExpiresAt = now + options.OfferTimeout,
        };
        db.Add(offer);
        search.Status = SearchStatus.Offered;
        search.OfferId = offerId;
        search.Attempts = offer.Attempt;

        await context.Publish(
            new DriverOffered(
                search.RideId,
                search.RiderId,
                offerId,
                driverId,
                search.Pickup,
                search.Dropoff,
                search.Fare,
                offer.PickupEtaSeconds,
                offer.ExpiresAt,
                now
            )
        );
        await context.SchedulePublish(
            offer.ExpiresAt.UtcDateTime,
            new OfferTimeout(search.RideId, offerId, OfferEndReason.Timeout)
        );
        return true;
    }

    /// <summary>Yields a tenth of the radius first: in a dense city that is enough, and reads a tenth of the index.</summary>
    static IEnumerable<double> SearchRadii(double radius) => [radius / 10, radius / 3, radius];

    internal async Task<List<(string DriverId, double Meters)>> FindCandidates(
        Search search,
        double radius,
        IQueryable<Offer> refused,
        CancellationToken cancellationToken
    )
    {
        var (lat, lng) = (search.Pickup.Lat, search.Pickup.Lng);
        var free = db.Set<Candidate>().Where(Candidate.FreeFor(search.VehicleClass));
        var found = await db.Set<DriverPosition>()
            .Within(GeoBox.Around(lat, lng, radius))
            .FreshSince(clock.GetUtcNow() - options.MaxPositionAge)
            .Where(position => position.DriverId != search.RiderId)
            .Where(position => free.Any(candidate => candidate.DriverId == position.DriverId))
            .Where(position => !refused.Any(offer => offer.DriverId == position.DriverId))
            .NearestFirst(lat, lng)
            .Take(DriversPerPoll)
            .Select(position => new
            {
                position.DriverId,
                position.Lat,
                position.Lng,
            })
            .ToListAsync(cancellationToken);

        // The corners of the box are farther away than the radius: the next, larger search finds a driver in a corner.
        return
        [
            .. found
                .Select(position =>
                    (position.DriverId, Meters: GreatCircle.Meters(lat, lng, position.Lat, position.Lng))
                )
                .Where(position => position.Meters <= radius)
                .OrderBy(position => position.Meters),
        ];
    }
}
