using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>Finds the drivers on duty near the pickup of a ride.</summary>
internal sealed class NearbyDrivers(AppDbContext db, MatchingOptions options, TimeProvider clock)
{
    /// <summary>The maximum number of drivers of an attempt: those who can be offered the ride first, then the others.</summary>
    public const int MaxDrivers = 50;

    /// <summary>The drivers that one attempt found.</summary>
    /// <param name="RadiusMeters">The radius in which drivers could be offered the ride, metres.</param>
    /// <param name="Drivers">The drivers: those who can be offered the ride first, each group with the nearest first.</param>
    internal sealed record Found(double RadiusMeters, IReadOnlyList<NearbyDriver> Drivers)
    {
        public IEnumerable<NearbyDriver> Eligible => Drivers.Where(driver => driver.Obstacle is null);
    }

    /// <summary>
    /// Finds the drivers for a search, and the reason for which each cannot be offered the ride. If none can, drivers who did not
    /// answer a while ago can be offered it again.
    /// </summary>
    /// <remarks>
    /// It begins with a fifteenth of the radius: in a dense city that is enough, and reads few cells of the map. An eligible driver is
    /// available, in a vehicle of the class, has reported their position recently, is not cooling down, is not the rider and has
    /// not been offered the ride.
    /// </remarks>
    /// <param name="search">The search. The caller holds its row lock, or it is new and not yet visible to others.</param>
    /// <param name="enough">With so many drivers who can be offered the ride, it looks no farther.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<Found> Find(Search search, int enough, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var radius = options.RadiusMeters(now - search.RequestedAt);
        // A new search has made no offers.
        var asked = search.Attempts == 0 ? [] : await LastOffers(search.RideId, cancellationToken);

        var found = new Found(radius, []);
        foreach (var ring in new[] { radius / 15, radius / 3, radius })
        {
            var isLast = ring >= radius;
            // Beyond the ring, so that everyone whom fairness may prefer to the nearest driver in the ring is found.
            var reach = isLast ? radius : Math.Min(radius, Reach(ring));
            // The last step also finds those who are too far away yet.
            var box = isLast ? options.MaxRadiusMeters : reach;
            found = new Found(reach, await FindWithin(search, reach, box, asked, now, cancellationToken));
            if (isLast || found.Eligible.Count(driver => driver.Meters <= ring) >= enough)
                break;
        }
        if (found.Eligible.Any() || asked.Count == 0)
            return found;

        var missedBefore = now - options.OfferTimeout;
        var notToRepeat = asked
            .Where(last => last.Value.Status != OfferStatus.Expired || last.Value.AnsweredAt > missedBefore)
            .ToDictionary();
        return notToRepeat.Count == asked.Count
            ? found
            : new Found(
                radius,
                await FindWithin(search, radius, options.MaxRadiusMeters, notToRepeat, now, cancellationToken)
            );
    }

    double Reach(double ring) => PickupEta.MetersWithin(PickupEta.Seconds(ring) + options.FairnessMargin.TotalSeconds);

    /// <summary>Returns the last offer of the ride to each driver, except those withdrawn before the driver answered.</summary>
    internal async Task<Dictionary<string, LastOffer>> LastOffers(Guid rideId, CancellationToken cancellationToken)
    {
        var offers = await db.OffersOf(rideId)
            .AsNoTracking()
            .OrderBy(offer => offer.Attempt)
            .Select(offer => new
            {
                offer.DriverId,
                offer.Status,
                offer.AnsweredAt,
            })
            .ToListAsync(cancellationToken);
        var last = new Dictionary<string, LastOffer>(StringComparer.Ordinal);
        foreach (var offer in offers)
            last[offer.DriverId] = new LastOffer(offer.Status, offer.AnsweredAt);
        return last;
    }

    /// <summary>Finds the drivers on duty in a box: those who can be offered the ride first, and then the nearest.</summary>
    internal async Task<List<NearbyDriver>> FindWithin(
        Search search,
        double radiusMeters,
        double boxMeters,
        Dictionary<string, LastOffer> notToRepeat,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var (lat, lng) = (search.Pickup.Lat, search.Pickup.Lng);
        var (riderId, vehicleClass) = (search.RiderId, search.VehicleClass);
        var anyClass = vehicleClass == VehicleClass.Standard;
        var refused = notToRepeat.Keys.ToArray();
        var freshSince = now - options.MaxPositionAge;

        // The distance on a flat map orders neighbours rightly on every database. A degree of longitude is shorter than one of
        // latitude, by the cosine of the latitude.
        var degrees = double.RadiansToDegrees(radiusMeters / GreatCircle.EarthRadiusMeters);
        var shrink = Math.Cos(double.DegreesToRadians(lat));
        var (limit, weight) = (degrees * degrees, shrink * shrink);
        var near = db.Set<DriverPosition>()
            .AsNoTracking()
            .Within(GeoBox.Around(lat, lng, boxMeters))
            .Join(
                db.Set<Candidate>().Where(candidate => candidate.Online || candidate.ReservedRideId != null),
                position => position.DriverId,
                candidate => candidate.DriverId,
                (position, candidate) =>
                    new
                    {
                        position.DriverId,
                        position.Lat,
                        position.Lng,
                        position.At,
                        IsReserved = !candidate.Online || candidate.ReservedRideId != null,
                        VehicleClass = candidate.Vehicle.Class,
                        candidate.CoolsDownUntil,
                        candidate.IdleSince,
                        candidate.Declines,
                        candidate.DeclinesSince,
                        Squared = (position.Lat - lat) * (position.Lat - lat)
                            + weight
                                * (
                                    Math.Abs(position.Lng - lng) > 180
                                        ? (360 - Math.Abs(position.Lng - lng)) * (360 - Math.Abs(position.Lng - lng))
                                        : (position.Lng - lng) * (position.Lng - lng)
                                ),
                    }
            );
        // The corners of the box only cost time, unless those who are too far away count, too.
        if (boxMeters <= radiusMeters)
            near = near.Where(driver => driver.Squared <= limit);
        var rows = await near.OrderBy(driver =>
                !driver.IsReserved
                && (anyClass || driver.VehicleClass == vehicleClass)
                && driver.At >= freshSince
                && (driver.CoolsDownUntil == null || driver.CoolsDownUntil <= now)
                && driver.Squared <= limit
                && driver.DriverId != riderId
                && !refused.Contains(driver.DriverId)
                    ? 0
                    : 1
            )
            .ThenBy(driver => driver.Squared)
            .Take(MaxDrivers)
            .ToListAsync(cancellationToken);

        var countedFrom = now - options.DeclineWindow;
        return
        [
            .. rows.Select(row =>
                {
                    var meters = GreatCircle.Meters(lat, lng, row.Lat, row.Lng);
                    var eligibility = new Eligibility(
                        row.DriverId == riderId,
                        notToRepeat.TryGetValue(row.DriverId, out var last) ? last.Status : null,
                        row.IsReserved,
                        row.VehicleClass,
                        row.At,
                        row.CoolsDownUntil,
                        meters
                    );
                    return new NearbyDriver(
                        row.DriverId,
                        meters,
                        row.At,
                        row.IdleSince,
                        row.DeclinesSince > countedFrom ? row.Declines : 0,
                        eligibility.Obstacle(vehicleClass, now, freshSince, radiusMeters)
                    );
                })
                .OrderBy(driver => driver.Obstacle is not null)
                .ThenBy(driver => driver.Meters),
        ];
    }

    /// <summary>The last offer of a ride to a driver.</summary>
    /// <param name="Status">What became of it.</param>
    /// <param name="AnsweredAt">When it was answered or ended otherwise.</param>
    internal readonly record struct LastOffer(OfferStatus Status, DateTimeOffset? AnsweredAt);
}
