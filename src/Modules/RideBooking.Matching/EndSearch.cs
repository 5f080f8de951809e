using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>
/// Ends the search of a ride that has ended: withdraws an open offer and releases the driver, if there is one.
/// </summary>
[RepeatIsSafe("A search that has ended stays ended.")]
internal sealed class EndSearch(AppDbContext db, TimeProvider clock)
    : IConsumer<RideCancelled>,
        IConsumer<NoDriverFound>,
        IConsumer<RideCompleted>
{
    public Task Consume(ConsumeContext<RideCancelled> context) =>
        End(context, context.Message.RideId, context.Message.RiderId, OfferEndReason.RideCancelled);

    public Task Consume(ConsumeContext<NoDriverFound> context) =>
        End(context, context.Message.RideId, context.Message.RiderId, OfferEndReason.SearchEnded);

    public Task Consume(ConsumeContext<RideCompleted> context) =>
        End(context, context.Message.RideId, context.Message.RiderId, OfferEndReason.SearchEnded);

    async Task End(ConsumeContext context, Guid rideId, string riderId, string reason)
    {
        var cancellationToken = context.CancellationToken;
        var now = clock.GetUtcNow();
        var search = await db.TakeSearch(rideId, cancellationToken);
        if (search is null)
        {
            db.Add(Search.EndedBeforeRequest(rideId, riderId, now));
            return;
        }

        if (search.Status == SearchStatus.Ended)
            return;
        var lastOffer = search.OfferId;
        search.End();
        if (lastOffer is null)
            return;

        var offer = await db.Set<Offer>().SingleAsync(offer => offer.OfferId == lastOffer, cancellationToken);
        if (offer.Status == OfferStatus.Open)
            await context.Publish(new OfferExpired(rideId, offer.OfferId, offer.DriverId, reason, now));
        var answered = offer.Status == OfferStatus.Accepted;
        offer.Close(answered ? OfferStatus.Accepted : OfferStatus.Withdrawn, now);
        if (answered)
            await db.MarkDriverActive(offer.DriverId, now, cancellationToken);
        var freed = answered
            ? await db.FreeAfterRide(offer.DriverId, offer.OfferId, now, cancellationToken)
            : await db.Free(offer.DriverId, offer.OfferId, cancellationToken);
        if (freed)
            await context.Publish(new DriverBecameAvailable(offer.DriverId));
    }
}
