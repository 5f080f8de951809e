using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Removes a driver who went off duty from the candidates.</summary>
/// <remarks>
/// An open offer ends. A ride that they accepted at the same moment remains theirs, and they receive no further offer after it.
/// </remarks>
[RepeatIsSafe("It ends the shift with the message's id, and no later one.")]
internal sealed class RemoveCandidate(AppDbContext db) : IConsumer<DriverWentOffline>
{
    public async Task Consume(ConsumeContext<DriverWentOffline> context)
    {
        var ended = context.Message;
        var cancellationToken = context.CancellationToken;
        var candidate = await db.Set<Candidate>()
            .SingleOrDefaultAsync(candidate => candidate.DriverId == ended.DriverId, cancellationToken);

        // The end of an older shift does not affect this one.
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

        // Marks the driver off duty first, then reads their reservation: from here on no search reserves them. The offer ends in
        // a transaction of its own, because the search is always locked before its driver.
        await db.SaveChangesAsync(cancellationToken);
        var reserved = await db.Set<Candidate>()
            .Where(candidate => candidate.DriverId == ended.DriverId)
            .Select(candidate => new { candidate.ReservedRideId, candidate.ReservedOfferId })
            .SingleAsync(cancellationToken);
        if (reserved is { ReservedRideId: { } rideId, ReservedOfferId: { } offerId })
            await context.Publish(new OfferTimeout(rideId, offerId, OfferEndReason.DriverOffline));
    }
}
