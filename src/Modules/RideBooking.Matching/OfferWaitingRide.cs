using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>Says that the driver came on duty or became available.</summary>
/// <remarks>
/// Published in the transaction that makes the driver available, so it is handled after that commits (see <see
/// cref="FindDriver"/> for why that matters).
/// </remarks>
internal sealed record DriverBecameAvailable(string DriverId);

/// <summary>Offers an available driver the ride nearby that has waited longest, or has a batch match them.</summary>
[RepeatIsSafe("It only offers a ride to a driver who is available, and a driver has one open offer at a time.")]
internal sealed class OfferWaitingRide(
    AppDbContext db,
    ExclusiveOffers offers,
    Batches batches,
    MatchingOptions options,
    TimeProvider clock
) : IConsumer<DriverBecameAvailable>
{
    const int RidesPerPoll = 8;

    public async Task Consume(ConsumeContext<DriverBecameAvailable> context)
    {
        var driverId = context.Message.DriverId;
        var cancellationToken = context.CancellationToken;
        var now = clock.GetUtcNow();
        var countedFrom = now - options.DeclineWindow;
        var fresh = db.Set<DriverPosition>().FreshSince(now - options.MaxPositionAge);
        var driver = await (
            from candidate in db.Set<Candidate>()
            join position in fresh on candidate.DriverId equals position.DriverId
            where candidate.DriverId == driverId && candidate.Online && candidate.ReservedRideId == null
            where candidate.CoolsDownUntil == null || candidate.CoolsDownUntil <= now
            select new
            {
                VehicleClass = candidate.Vehicle.Class,
                position.Lat,
                position.Lng,
                position.At,
                candidate.IdleSince,
                Declines = candidate.DeclinesSince > countedFrom ? candidate.Declines : 0,
            }
        ).FirstOrDefaultAsync(cancellationToken);
        if (driver is null)
            return;

        // Only one search's row is locked while the driver is being reserved, so two drivers never wait for each other. Rides
        // that others took in the meantime are not in the next query's result.
        while (
            await FindRides(driverId, driver.VehicleClass, driver.Lat, driver.Lng, cancellationToken)
                is { Count: > 0 } waiting
        )
            foreach (var (rideId, meters) in waiting)
            {
                if (options.IsBatched)
                {
                    await batches.Schedule(context);
                    return;
                }
                if (await db.TakeOpenSearch(rideId, cancellationToken) is { } search)
                {
                    // The driver was reserved in the meantime, or has declined this very ride. In the latter case other rides
                    // may need this driver: search again, in a transaction that locks no search.
                    if (await offers.OfferTo(driverId, meters, search, context) is { } offerId)
                        Record(
                            search,
                            offerId,
                            new NearbyDriver(
                                driverId,
                                meters,
                                driver.At,
                                driver.IdleSince,
                                driver.Declines,
                                Obstacle: null
                            )
                        );
                    else
                        await context.Publish(new DriverBecameAvailable(driverId));
                    return;
                }
            }
    }

    void Record(Search search, Guid offerId, NearbyDriver driver)
    {
        var now = clock.GetUtcNow();
        var found = new NearbyDrivers.Found(options.RadiusMeters(now - search.RequestedAt), [driver]);
        db.Add(MatchAttempt.Of(search, MatchTrigger.DriverAvailable, found, (offerId, driver.DriverId), [], now));
    }

    internal async Task<List<(Guid RideId, double Meters)>> FindRides(
        string driverId,
        string vehicleClass,
        double lat,
        double lng,
        CancellationToken cancellationToken
    )
    {
        // The circles as on a flat map, so that rides beyond them do not displace those within: that of a new search, and that
        // of one whose radius has grown to its maximum. The searches between them find the driver when they look again.
        var now = clock.GetUtcNow();
        var shrink = Math.Cos(double.DegreesToRadians(lat));
        var weight = shrink * shrink;
        var (initial, max) = (
            SquareDegrees(options.RadiusMeters(TimeSpan.Zero)),
            SquareDegrees(options.MaxRadiusMeters)
        );
        var widenedBefore = now - options.FullyWidenedAfter;
        var missedBefore = now - options.OfferTimeout;
        var found = await db.Set<Search>()
            .Where(search => search.Status == SearchStatus.Searching && search.RiderId != driverId)
            .Where(search =>
                search.VehicleClass == Contracts.VehicleClass.Standard || search.VehicleClass == vehicleClass
            )
            .Where(search =>
                !db.Set<Offer>()
                    .Any(offer =>
                        offer.RideId == search.RideId
                        && offer.DriverId == driverId
                        && offer.Status != OfferStatus.Withdrawn
                        && (offer.Status != OfferStatus.Expired || offer.AnsweredAt > missedBefore)
                    )
            )
            .Select(search => new
            {
                search.RideId,
                search.RequestedAt,
                search.Pickup.Lat,
                search.Pickup.Lng,
                North = search.Pickup.Lat - lat,
                East = Math.Abs(search.Pickup.Lng - lng) > 180
                    ? 360 - Math.Abs(search.Pickup.Lng - lng)
                    : search.Pickup.Lng - lng,
            })
            .Where(ride =>
                ride.North * ride.North + ride.East * ride.East * weight <= initial
                || (
                    ride.RequestedAt <= widenedBefore && ride.North * ride.North + ride.East * ride.East * weight <= max
                )
            )
            .OrderBy(ride => ride.RequestedAt)
            .Take(RidesPerPoll)
            .ToListAsync(cancellationToken);
        return
        [
            .. found
                .Select(ride =>
                    (
                        ride.RideId,
                        Meters: GreatCircle.Meters(lat, lng, ride.Lat, ride.Lng),
                        Waited: now - ride.RequestedAt
                    )
                )
                // The exact distance decides.
                .Where(ride => ride.Meters <= options.RadiusMeters(ride.Waited))
                .Select(ride => (ride.RideId, ride.Meters)),
        ];
    }

    static double SquareDegrees(double meters) =>
        Math.Pow(double.RadiansToDegrees(meters / GreatCircle.EarthRadiusMeters), 2);
}
