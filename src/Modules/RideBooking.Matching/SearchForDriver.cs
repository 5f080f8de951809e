using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Begins the search for a ride's driver.</summary>
[RepeatIsSafe("A ride has one search.")]
internal sealed class SearchForDriver(AppDbContext db, ExclusiveOffers offers, MatchingOptions options)
    : IConsumer<RideRequested>
{
    public async Task Consume(ConsumeContext<RideRequested> context)
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
        if (options.IsBatched || !await offers.OfferToNearest(search, context))
            await context.Publish(new SearchReopened(request.RideId));
    }
}
