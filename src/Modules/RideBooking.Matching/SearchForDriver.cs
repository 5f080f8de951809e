using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Begins the search for a ride's driver, unless the ride is booked ahead.</summary>
[RepeatIsSafe("A ride has one search.")]
internal sealed class SearchForDriver(AppDbContext db, ExclusiveOffers offers, MatchingOptions options)
    : IConsumer<RideRequestedV2>
{
    public async Task Consume(ConsumeContext<RideRequestedV2> context)
    {
        var request = context.Message;

        // A repeat, or the ride's cancellation arrived before its request.
        if (
            context.IsRetry()
            && await db.Set<Search>().AnyAsync(search => search.RideId == request.RideId, context.CancellationToken)
        )
            return;

        var search = Search.For(request);
        db.Add(search);
        if (search.Status == SearchStatus.Booked)
            return;
        if (options.IsBatched || !await offers.OfferToNearest(search, context))
            await context.Publish(new SearchReopened(request.RideId));
    }
}
