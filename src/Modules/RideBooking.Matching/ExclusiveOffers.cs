using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Makes offers: each to one driver, who is reserved for it.</summary>
internal sealed class ExclusiveOffers(
    AppDbContext db,
    NearbyDrivers nearby,
    MatchingOptions options,
    TimeProvider clock
)
{
    const int DriversPerPoll = 8;
    const int MaxPolls = 5;

    /// <summary>
    /// Offers the ride to the eligible driver who ranks highest; if there is none, to one who did not answer a while ago.
    /// </summary>
    /// <remarks>
    /// The caller holds the search's row lock, or the search is new and not yet visible to others. In the common case this takes
    /// three statements before the commit: find, reserve, save.
    /// </remarks>
    /// <returns>False if there is no such driver within the radius.</returns>
    public async Task<bool> OfferToNearest(Search search, ConsumeContext context)
    {
        for (var poll = 1; ; poll++)
        {
            var found = await nearby.Find(search, enough: 1, context.CancellationToken);
            var taken = new List<string>();
            foreach (var driver in Ranking.Rank(found.Eligible, options.FairnessMargin).Take(DriversPerPoll))
            {
                if (await OfferTo(driver.DriverId, driver.Meters, search, context) is { } offerId)
                {
                    Record(search, found, (offerId, driver.DriverId), taken);
                    return true;
                }
                taken.Add(driver.DriverId);
            }

            // Drivers whom other searches reserved in the meantime are not among the next query's eligible ones.
            if (taken.Count > 0 && poll < MaxPolls)
                continue;
            if (search.FailedPolls < MatchAttempt.MaxRecorded)
                Record(search, found, null, taken);
            return false;
        }
    }

    void Record(
        Search search,
        NearbyDrivers.Found found,
        (Guid OfferId, string DriverId)? offer,
        IReadOnlyCollection<string> taken
    ) => db.Add(MatchAttempt.Of(search, MatchTrigger.Search, found, offer, taken, clock.GetUtcNow()));

    /// <summary>
    /// Offers the ride to this driver, unless they have become unavailable or have declined it in the meantime.
    /// </summary>
    /// <returns>The offer; null if the driver cannot be offered the ride.</returns>
    public async Task<Guid?> OfferTo(
        string driverId,
        double meters,
        Search search,
        ConsumeContext context,
        Guid? id = null
    )
    {
        var offerId = id ?? Guid.CreateVersion7();
        var now = clock.GetUtcNow();
        if (!await db.Reserve(driverId, search, offerId, now, now - options.OfferTimeout, context.CancellationToken))
            return null;

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
        return offerId;
    }
}
