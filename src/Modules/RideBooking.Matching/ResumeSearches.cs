using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Matching;

/// <summary>Republishes the message or timer that each search waits for.</summary>
/// <remarks>
/// An open search makes another attempt, which also finds drivers whose availability message was lost; an offer's timer is set
/// again. If the message was not lost, its consumer finds that the search has moved on.
/// </remarks>
internal sealed class ResumeSearches(AppDbContext db, IPublishEndpoint publish, IMessageScheduler scheduler)
    : IRecoverableWork
{
    const int AtOnce = 500;

    public string Name => "searches for a driver";

    public IReadOnlyCollection<Type> Messages =>
        [
            typeof(SearchReopened),
            typeof(SearchContinues),
            typeof(DriverBecameAvailable),
            typeof(OfferTimeout),
            typeof(AssignBatch),
            typeof(DriverMatched),
        ];

    public async Task<int> Republish(CancellationToken cancellationToken)
    {
        var open = await db.Set<Search>()
            .Where(search => search.Status == SearchStatus.Searching)
            .OrderBy(search => search.RequestedAt)
            .Select(search => search.RideId)
            .ToListAsync(cancellationToken);
        // By the index of active offers, whatever the number of ended ones.
        var offered = await db.Set<Offer>()
            .Where(offer => offer.ActiveRideId != null && offer.Status == OfferStatus.Open)
            .Select(offer => new
            {
                offer.RideId,
                offer.OfferId,
                offer.ExpiresAt,
            })
            .ToListAsync(cancellationToken);

        foreach (var batch in open.Chunk(AtOnce))
        {
            foreach (var rideId in batch)
                await publish.Publish(new SearchReopened(rideId), cancellationToken);
            await Save(cancellationToken);
        }
        foreach (var batch in offered.Chunk(AtOnce))
        {
            foreach (var offer in batch)
                await scheduler.SchedulePublish(
                    offer.ExpiresAt.UtcDateTime,
                    new OfferTimeout(offer.RideId, offer.OfferId, OfferEndReason.Timeout),
                    cancellationToken
                );
            await Save(cancellationToken);
        }
        return open.Count + offered.Count;
    }

    async Task Save(CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }
}
