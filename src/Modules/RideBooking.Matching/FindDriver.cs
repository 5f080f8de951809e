using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// Says that the search of this ride is open. Published in the transaction that opens it, so it is handled after that commits.
/// </summary>
internal sealed record SearchReopened(Guid RideId);

/// <summary>A timer that starts another attempt of an open search.</summary>
/// <remarks>
/// Drivers may have moved, reported again or become eligible again since the last attempt. A timer that is late, repeated or of
/// an earlier attempt changes nothing.
/// </remarks>
internal sealed record SearchContinues(Guid RideId, int FailedPolls);

/// <summary>Finds a driver for an open search. If there is none, a timer starts another attempt later.</summary>
/// <remarks>
/// The attempts end with the search, at the ride's own deadline. A driver who comes on duty or becomes available is offered a
/// waiting ride at once (<see cref="OfferWaitingRide"/>). Neither consumer can miss the other's commit. A search is committed as
/// open before this consumer queries the drivers; a driver is committed as available before <see cref="OfferWaitingRide"/>
/// queries the searches. The query that follows the later commit sees the earlier one. That needs no isolation above read
/// committed and no row that all searches share, so it holds on all three databases. A query inside the transaction that opens
/// the search (<see cref="SearchForDriver"/>) only saves time: if it finds no driver, this consumer follows. The timer covers
/// only what no message reports: positions, which never touch the bus, and time, by which the radius grows and drivers cool down.
/// Each open search has one timer at a time. In batches, a search waits for the end of a window in the same way, and the batch
/// makes its offer.
/// </remarks>
[RepeatIsSafe("It only searches while the ride's search is open, and a ride has one open offer at a time.")]
internal sealed class FindDriver(
    AppDbContext db,
    ExclusiveOffers offers,
    Batches batches,
    MatchingOptions options,
    TimeProvider clock
) : IConsumer<SearchReopened>, IConsumer<SearchContinues>
{
    public async Task Consume(ConsumeContext<SearchReopened> context)
    {
        if (await db.TakeOpenSearch(context.Message.RideId, context.CancellationToken) is not { } search)
            return;
        if (options.IsBatched)
            // The batch at the end of this window.
            await Continue(search, batches.NextWindow(), context);
        else
            await Find(search, context);
    }

    public async Task Consume(ConsumeContext<SearchContinues> context)
    {
        var (rideId, failedPolls) = context.Message;
        var cancellationToken = context.CancellationToken;

        // Most timers fire after the search has moved on. Checking that needs no lock and no transaction.
        var isDue = await db.Set<Search>()
            .AnyAsync(
                search =>
                    search.RideId == rideId
                    && search.Status == SearchStatus.Searching
                    && search.FailedPolls == failedPolls,
                cancellationToken
            );
        if (
            isDue
            && await db.TakeOpenSearch(rideId, cancellationToken) is { } search
            && search.FailedPolls == failedPolls
        )
            await Find(search, context);
    }

    async Task Find(Search search, ConsumeContext context)
    {
        if (options.IsBatched)
            await context.Publish(batches.Current());
        else if (await offers.OfferToNearest(search, context))
            return;

        // The longer a search has lasted, the less a further delay matters: a search of hours needs only dozens of timers.
        var now = clock.GetUtcNow();
        var tenth = (now - search.RequestedAt) / 10;
        var pause = tenth > options.SearchAgainAfter ? tenth : options.SearchAgainAfter;
        await Continue(search, now + pause, context);
    }

    static async Task Continue(Search search, DateTimeOffset at, ConsumeContext context)
    {
        search.FailedPolls++;
        await context.SchedulePublish(at.UtcDateTime, new SearchContinues(search.RideId, search.FailedPolls));
    }
}
