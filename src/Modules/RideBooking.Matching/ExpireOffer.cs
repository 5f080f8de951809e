using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// An offer's time is up, or its driver left. As a timer it comes once per offer, answered or not; late, early or twice it
/// changes nothing that is decided.
/// </summary>
internal sealed record OfferEnds(Guid RideId, Guid OfferId, string Reason)
{
    public const string Timeout = "timeout";
    public const string DriverOffline = "driverOffline";
}

/// <summary>Ends an offer that got no answer and lets the search go on without its driver.</summary>
internal sealed class ExpireOffer(AppDbContext db, TimeProvider clock) : IConsumer<OfferEnds>
{
    public async Task Consume(ConsumeContext<OfferEnds> context)
    {
        var (rideId, offerId, reason) = context.Message;
        var stop = context.CancellationToken;
        // Most offers are answered when their time is up. That stays so: it needs no lock to be seen, nor a transaction.
        if (!await db.IsOffering(rideId, offerId, stop))
            return;
        if (await db.TakeSearchOffering(rideId, offerId, stop) is not { } search)
            return;

        var now = clock.GetUtcNow();
        var offer = await db.Set<Offer>().SingleAsync(offer => offer.OfferId == offerId, stop);
        offer.Close(reason == OfferEnds.Timeout ? OfferStatus.Expired : OfferStatus.Withdrawn, now);
        search.Reopen();
        await context.Publish(new OfferExpired(rideId, offerId, offer.DriverId, reason, now));
        await context.Publish(new RideWithoutDriver(rideId));
        if (await db.Free(offer.DriverId, offerId, stop))
            await context.Publish(new DriverBecameFree(offer.DriverId));
    }
}
