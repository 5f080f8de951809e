using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// An offer's time is up, or its driver left. As a timer it comes once per offer, answered or not; late, early or twice it
/// changes nothing that is decided.
/// </summary>
internal sealed record OfferTimeout(Guid RideId, Guid OfferId, string Reason)
{
    public const string Timeout = "timeout";
    public const string DriverOffline = "driverOffline";
}

/// <summary>Ends an offer that got no answer and lets the search go on without its driver.</summary>
internal sealed class ExpireOffer(AppDbContext db, MatchingOptions options, TimeProvider clock)
    : IConsumer<OfferTimeout>
{
    public async Task Consume(ConsumeContext<OfferTimeout> context)
    {
        var (rideId, offerId, reason) = context.Message;
        var cancellationToken = context.CancellationToken;
        // Most offers are answered when their time is up. That stays so: it needs no lock to be seen, nor a transaction.
        if (!await db.IsOffering(rideId, offerId, cancellationToken))
            return;
        if (await db.TakeSearchOffering(rideId, offerId, cancellationToken) is not { } search)
            return;

        var now = clock.GetUtcNow();
        var offer = await db.Set<Offer>().SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
        offer.Close(reason == OfferTimeout.Timeout ? OfferStatus.Expired : OfferStatus.Withdrawn, now);
        search.Reopen();
        await context.Publish(new OfferExpired(rideId, offerId, offer.DriverId, reason, now));
        await context.Publish(new SearchReopened(rideId));
        // A timer that is late by as long as an offer lasts tells of an outage, in which nobody could answer.
        if (reason == OfferTimeout.Timeout && now - offer.ExpiresAt < options.OfferTimeout)
            await Miss(offer, now, context);
        else if (await db.Free(offer.DriverId, offerId, answered: false, cancellationToken))
            await context.Publish(new DriverBecameFree(offer.DriverId));
    }

    /// <summary>Counts the offer as unanswered; after too many in a row the driver is not offered another.</summary>
    async Task Miss(Offer offer, DateTimeOffset now, ConsumeContext context)
    {
        var (driverId, cancellationToken) = (offer.DriverId, context.CancellationToken);
        if (!await db.FreeAfterMissedOffer(driverId, offer.OfferId, cancellationToken))
            return;
        if (await db.StopOfferingAfter(options.MaxMissedOffers, driverId, cancellationToken) is { } shiftId)
            await context.Publish(
                new DriverIgnoredOffers(driverId, shiftId, offer.RideId, options.MaxMissedOffers, now)
            );
        else
            await context.Publish(new DriverBecameFree(driverId));
    }
}
