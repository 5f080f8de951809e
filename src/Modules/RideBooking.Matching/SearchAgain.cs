using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>Releases the driver who lost the ride and, if the ride continues, searches for another.</summary>
[RepeatIsSafe("It ends the assignment by the message's offer, and no later one.")]
internal sealed class SearchAgain(AppDbContext db, TimeProvider clock) : IConsumer<DriverUnassigned>
{
    public async Task Consume(ConsumeContext<DriverUnassigned> context)
    {
        var unassigned = context.Message;
        var cancellationToken = context.CancellationToken;

        // Changes only what belongs to this very assignment: the ride may have ended in the meantime, or have another driver.
        if (
            await db.TakeSearch(unassigned.RideId, cancellationToken) is { Status: SearchStatus.Assigned } search
            && search.OfferId == unassigned.OfferId
        )
        {
            var offer = await db.Set<Offer>()
                .SingleAsync(offer => offer.OfferId == unassigned.OfferId, cancellationToken);
            offer.Close(OfferStatus.Released, clock.GetUtcNow());
            if (unassigned.SearchAgain)
            {
                search.Reopen();
                await context.Publish(new SearchReopened(unassigned.RideId));
            }
            else
                search.End();
        }

        var now = clock.GetUtcNow();
        await db.MarkDriverActive(unassigned.DriverId, now, cancellationToken);
        if (await db.FreeAfterRide(unassigned.DriverId, unassigned.OfferId, now, cancellationToken))
            await context.Publish(new DriverBecameAvailable(unassigned.DriverId));
    }
}
