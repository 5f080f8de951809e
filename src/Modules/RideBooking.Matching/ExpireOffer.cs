using MassTransit;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>A timer that fires when an offer expires, or a message that its driver went offline.</summary>
/// <remarks>
/// The driver's answer cancels the timer. If it fires all the same, is late, early or repeated, it changes nothing that has been decided.
/// </remarks>
internal sealed record OfferTimeout(Guid RideId, Guid OfferId, string Reason);

internal static class OfferTimers
{
    /// <summary>Cancels the timer of an offer that its driver has answered, in the caller's transaction.</summary>
    public static Task CancelTimer(this IPublishEndpoint publish, Offer offer, CancellationToken cancellationToken) =>
        publish.Publish<CancelScheduledMessage>(
            new Cancellation(offer.OfferId, offer.AnsweredAt!.Value.UtcDateTime),
            cancellationToken
        );

    sealed record Cancellation(Guid TokenId, DateTime Timestamp) : CancelScheduledMessage
    {
        public Guid CorrelationId => TokenId;
    }
}

/// <summary>Ends an unanswered offer and continues the search without its driver.</summary>
[RepeatIsSafe("An offer that was answered or has ended stays as it is.")]
internal sealed class ExpireOffer(AppDbContext db, MatchingOptions options, TimeProvider clock)
    : IConsumer<OfferTimeout>
{
    public async Task Consume(ConsumeContext<OfferTimeout> context)
    {
        var (rideId, offerId, reason) = context.Message;
        var cancellationToken = context.CancellationToken;
        // Most offers have been answered when they expire. An answer is final, so checking needs no lock and no transaction.
        if (!await db.IsOffering(rideId, offerId, cancellationToken))
            return;
        if (await db.TakeSearchOffering(rideId, offerId, cancellationToken) is not { } search)
            return;

        var now = clock.GetUtcNow();
        var offer = await db.Set<Offer>().SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
        offer.Close(reason == OfferEndReason.Timeout ? OfferStatus.Expired : OfferStatus.Withdrawn, now);
        search.Reopen();
        await context.Publish(new OfferExpired(rideId, offerId, offer.DriverId, reason, now));
        await context.Publish(new SearchReopened(rideId));
        // A timer late by the duration of an offer indicates an outage, during which no driver could answer.
        if (reason == OfferEndReason.Timeout && now - offer.ExpiresAt < options.OfferTimeout)
            await CountAsMissed(offer, now, context);
        else if (await db.Free(offer.DriverId, offerId, cancellationToken))
            await context.Publish(new DriverBecameAvailable(offer.DriverId));
    }

    /// <summary>Counts the offer as unanswered, which pauses offers to the driver. After too many in a row, they receive no more.</summary>
    async Task CountAsMissed(Offer offer, DateTimeOffset now, ConsumeContext context)
    {
        var (driverId, cancellationToken) = (offer.DriverId, context.CancellationToken);
        if (!await db.FreeAfterMissedOffer(driverId, offer.OfferId, now + options.CoolDown, cancellationToken))
            return;
        if (await db.StopOfferingAfter(options.MaxMissedOffers, driverId, cancellationToken) is { } shiftId)
            await context.Publish(
                new DriverIgnoredOffers(driverId, shiftId, offer.RideId, options.MaxMissedOffers, now)
            );
        else
            await context.Publish(new DriverBecameAvailable(driverId));
    }
}
