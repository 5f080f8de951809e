using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Positions;

namespace RideBooking.Matching;

/// <summary>
/// The driver came on duty or was set free. Published in the transaction that says so, so it is handled after that has
/// committed (see <see cref="FindDriver"/> for why that matters).
/// </summary>
internal sealed record DriverBecameFree(string DriverId);

/// <summary>Offers a free driver the ride nearby that has waited longest.</summary>
internal sealed class OfferWaitingRide(
    AppDbContext db,
    ExclusiveOffers offers,
    MatchingOptions options,
    TimeProvider clock,
    EventLogSignal signal
) : IConsumer<DriverBecameFree>
{
    const int RidesPerPoll = 8;

    public async Task Consume(ConsumeContext<DriverBecameFree> context)
    {
        var driverId = context.Message.DriverId;
        var cancellationToken = context.CancellationToken;
        signal.Invalidate(driverId); // their offer or ride has ended, which no event says
        var fresh = db.Set<DriverPosition>().FreshSince(clock.GetUtcNow() - options.MaxPositionAge);
        var driver = await (
            from candidate in db.Set<Candidate>()
            join position in fresh on candidate.DriverId equals position.DriverId
            where candidate.DriverId == driverId && candidate.Online && candidate.ReservedRideId == null
            select new
            {
                candidate.VehicleClass,
                position.Lat,
                position.Lng,
            }
        ).FirstOrDefaultAsync(cancellationToken);
        if (driver is null)
            return;

        // Only the one search that we take is held while we reach for the driver: two drivers never wait for each other.
        // Those that others took between our look and our grasp are not in the next look.
        while (
            await FindRides(driverId, driver.VehicleClass, driver.Lat, driver.Lng, cancellationToken)
                is { Count: > 0 } waiting
        )
            foreach (var (rideId, meters) in waiting)
                if (await db.TakeOpenSearch(rideId, cancellationToken) is { } search)
                {
                    // Taken meanwhile, or asked for this very ride meanwhile and said no. In the latter case others may
                    // offer to this driver: search again, in a transaction that holds no search.
                    if (!await offers.OfferTo(driverId, meters, search, context))
                        await context.Publish(new DriverBecameFree(driverId));
                    return;
                }
    }

    internal async Task<List<(Guid RideId, double Meters)>> FindRides(
        string driverId,
        string vehicleClass,
        double lat,
        double lng,
        CancellationToken cancellationToken
    )
    {
        // The circle as it is on a flat map, so that rides beyond it do not crowd out those within; the globe has the last word.
        var radius = double.RadiansToDegrees(options.MaxRadiusMeters / GreatCircle.EarthRadiusMeters);
        var shrink = Math.Cos(double.DegreesToRadians(lat));
        var (weight, limit) = (shrink * shrink, radius * radius);
        var missedBefore = clock.GetUtcNow() - options.OfferTimeout;
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
                search.PickupLat,
                search.PickupLng,
                North = search.PickupLat - lat,
                East = Math.Abs(search.PickupLng - lng) > 180
                    ? 360 - Math.Abs(search.PickupLng - lng)
                    : search.PickupLng - lng,
            })
            .Where(ride => ride.North * ride.North + ride.East * ride.East * weight <= limit)
            .OrderBy(ride => ride.RequestedAt)
            .Take(RidesPerPoll)
            .ToListAsync(cancellationToken);
        return
        [
            .. found
                .Select(ride => (ride.RideId, Meters: GreatCircle.Meters(lat, lng, ride.PickupLat, ride.PickupLng)))
                .Where(ride => ride.Meters <= options.MaxRadiusMeters),
        ];
    }
}
