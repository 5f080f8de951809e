using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// Takes a driver who went off duty out of the search. An open offer ends. A ride that they accepted at the same
/// moment stays theirs, and they are not offered another after it.
/// </summary>
internal sealed class RemoveCandidate(AppDbContext db) : IConsumer<DriverWentOffline>
{
    public async Task Consume(ConsumeContext<DriverWentOffline> context)
    {
        var ended = context.Message;
        var cancellationToken = context.CancellationToken;
        var candidate = await db.Set<Candidate>()
            .SingleOrDefaultAsync(candidate => candidate.DriverId == ended.DriverId, cancellationToken);

        // The end of an older shift says nothing about this one.
        if (candidate?.ShiftId.CompareTo(ended.ShiftId) > 0)
            return;

        if (candidate is null)
            db.Add(
                candidate = new Candidate
                {
                    DriverId = ended.DriverId,
                    ShiftId = ended.ShiftId,
                    Online = false,
                }
            );
        candidate.ShiftId = ended.ShiftId;
        candidate.Online = false;

        // Off duty first, then look what they are reserved for: from here on no search reserves them. The offer is ended
        // in a transaction of its own, because a search is always taken before its driver.
        await db.SaveChangesAsync(cancellationToken);
        var reserved = await db.Set<Candidate>()
            .Where(candidate => candidate.DriverId == ended.DriverId)
            .Select(candidate => new { candidate.ReservedRideId, candidate.ReservedOfferId })
            .SingleAsync(cancellationToken);
        if (reserved is { ReservedRideId: { } rideId, ReservedOfferId: { } offerId })
            await context.Publish(new OfferTimeout(rideId, offerId, OfferTimeout.DriverOffline));
    }
}
