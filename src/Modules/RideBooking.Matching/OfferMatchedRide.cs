using MassTransit;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Says that a batch has found a driver for a ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="OfferId">The offer to make.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Meters">The driver's distance from the pickup, metres.</param>
internal sealed record DriverMatched(Guid RideId, Guid OfferId, string DriverId, double Meters);

/// <summary>Offers a ride to the driver whom a batch has found for it, if both are still free.</summary>
[RepeatIsSafe("A search that has an offer, and a driver who is reserved, get no other.")]
internal sealed class OfferMatchedRide(AppDbContext db, ExclusiveOffers offers) : IConsumer<DriverMatched>
{
    public async Task Consume(ConsumeContext<DriverMatched> context)
    {
        var (rideId, offerId, driverId, meters) = context.Message;
        if (await db.TakeOpenSearch(rideId, context.CancellationToken) is { } search)
            await offers.OfferTo(driverId, meters, search, context, offerId);
    }
}
