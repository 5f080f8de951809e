using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// The search of this ride is open. Published in the transaction that opens it, so it is handled after that has committed.
/// </summary>
internal sealed record SearchReopened(Guid RideId);

/// <summary>
/// Time has passed since drivers were last looked for in vain: they may have moved, reported again, or be ready to be asked
/// again. A timer; late, twice, or of an earlier time it changes nothing.
/// </summary>
internal sealed record SearchContinues(Guid RideId, int FailedPolls);

/// <summary>
/// Looks for a driver for a search that is known to be open. When there is none, a timer looks again after a while, until the
/// ride's own deadline ends the search; a driver who comes on duty or free is offered a waiting ride at once
/// (<see cref="OfferWaitingRide"/>).
/// </summary>
/// <remarks>
/// Neither can miss the other. A search is committed as open before this looks at the drivers; a driver is committed as free
/// before <see cref="OfferWaitingRide"/> looks at the searches. Whichever commit is the later one, the look after it sees
/// the other's. That needs no isolation above read committed and no row that all searches share, so it holds on all three
/// databases. A look inside the transaction that opens the search (<see cref="SearchForDriver"/>) only saves time: if it
/// finds nobody, this one follows.
/// Only the timer covers what no message says: positions never touch the bus. There is one at a time for each open search.
/// </remarks>
internal sealed class FindDriver(AppDbContext db, ExclusiveOffers offers, MatchingOptions options, TimeProvider clock)
    : IConsumer<SearchReopened>,
        IConsumer<SearchContinues>
{
    public async Task Consume(ConsumeContext<SearchReopened> context)
    {
        if (await db.TakeOpenSearch(context.Message.RideId, context.CancellationToken) is { } search)
            await Find(search, context);
    }

    public async Task Consume(ConsumeContext<SearchContinues> context)
    {
        var (rideId, failedPolls) = context.Message;
        var cancellationToken = context.CancellationToken;

        // Most timers come when the search has moved on. That needs no lock to be seen, nor a transaction.
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
        if (await offers.OfferToNearest(search, context))
            return;
        search.FailedPolls++;

        // The longer the search has gone on, the less does a little later matter: hours of it are dozens of timers.
        var now = clock.GetUtcNow();
        var tenth = (now - search.RequestedAt) / 10;
        var pause = tenth > options.SearchAgainAfter ? tenth : options.SearchAgainAfter;
        await context.SchedulePublish(
            (now + pause).UtcDateTime,
            new SearchContinues(search.RideId, search.FailedPolls)
        );
    }
}
