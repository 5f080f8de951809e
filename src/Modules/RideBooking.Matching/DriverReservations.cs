using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <inheritdoc cref="IDriverReservations" />
/// <remarks>Rows are locked in the usual order: search, offer, candidate.</remarks>
internal sealed class DriverReservations(AppDbContext db, IPublishEndpoint publish, TimeProvider clock)
    : IDriverReservations
{
    public async Task<bool> TryEndShift(string driverId, Guid shiftId, CancellationToken cancellationToken)
    {
        // Retried when a search reserves the driver, or the ride ends, between reading and writing.
        while (true)
        {
            var candidate = await db.Set<Candidate>()
                .AsNoTracking()
                .SingleOrDefaultAsync(candidate => candidate.DriverId == driverId, cancellationToken);
            if (candidate is null)
            {
                AddEndedShift(driverId, shiftId);
                return true;
            }

            if (candidate is { ReservedRideId: { } rideId, ReservedOfferId: { } offerId })
            {
                if (await db.TakeSearchOffering(rideId, offerId, cancellationToken) is { } search)
                    await Withdraw(search, offerId, cancellationToken);
                else if (await IsOnTrip(offerId, cancellationToken))
                    return false;
            }
            if (await EndShift(candidate, shiftId, cancellationToken))
                return true;
        }
    }

    public async Task<bool> TryEndIdleShift(string driverId, Guid shiftId, CancellationToken cancellationToken)
    {
        var candidate = await db.Set<Candidate>()
            .AsNoTracking()
            .SingleOrDefaultAsync(candidate => candidate.DriverId == driverId, cancellationToken);
        if (candidate is null)
        {
            AddEndedShift(driverId, shiftId);
            return true;
        }
        return await db.Set<Candidate>()
                .Where(row => row.DriverId == driverId && row.ShiftId == candidate.ShiftId)
                .Where(row => row.ReservedRideId == null)
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(candidate => candidate.Online, false)
                            .SetProperty(candidate => candidate.ShiftId, shiftId),
                    cancellationToken
                ) == 1;
    }

    /// <summary>
    /// Records the end of a shift whose start has not been consumed yet. Its consumer will find that the shift has ended.
    /// </summary>
    void AddEndedShift(string driverId, Guid shiftId) =>
        db.Add(
            new Candidate
            {
                DriverId = driverId,
                ShiftId = shiftId,
                Online = false,
            }
        );

    async Task Withdraw(Search search, Guid offerId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var offer = await db.Set<Offer>().SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
        offer.Close(OfferStatus.Withdrawn, now);
        search.Reopen();
        await publish.Publish(
            new OfferExpired(search.RideId, offerId, offer.DriverId, OfferEndReason.DriverOffline, now),
            cancellationToken
        );
        await publish.Publish(new SearchReopened(search.RideId), cancellationToken);
        await db.Free(offer.DriverId, offerId, cancellationToken);
    }

    async Task<bool> IsOnTrip(Guid offerId, CancellationToken cancellationToken)
    {
        var offer = await db.Set<Offer>()
            .AsNoTracking()
            .SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
        return offer.IsDriversRide && !await db.HasRideEnded(offer, cancellationToken);
    }

    /// <summary>Ends the shift. A reservation for a ride that has ended stays until Matching consumes that end.</summary>
    async Task<bool> EndShift(Candidate known, Guid shiftId, CancellationToken cancellationToken) =>
        await db.Set<Candidate>()
            .Where(candidate => candidate.DriverId == known.DriverId && candidate.ShiftId == known.ShiftId)
            .Where(candidate => candidate.ReservedOfferId == null || candidate.ReservedOfferId == known.ReservedOfferId)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(candidate => candidate.Online, false)
                        .SetProperty(candidate => candidate.ShiftId, shiftId),
                cancellationToken
            ) == 1;
}
