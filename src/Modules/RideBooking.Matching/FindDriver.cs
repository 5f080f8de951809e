using MassTransit;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>
/// The search of this ride is open. Published in the transaction that opens it, so it is handled after that has committed.
/// </summary>
internal sealed record RideWithoutDriver(Guid RideId);

/// <summary>
/// Looks for a driver for a search that is known to be open. When there is none the search just waits: no polling, for
/// whoever comes on duty or free looks for waiting rides himself (<see cref="OfferWaitingRide"/>), and the ride's own
/// deadline ends it.
/// </summary>
/// <remarks>
/// Neither can miss the other. A search is committed as open before this looks at the drivers; a driver is committed as free
/// before <see cref="OfferWaitingRide"/> looks at the searches. Whichever commit is the later one, the look after it sees
/// the other's. That needs no isolation above read committed and no row that all searches share, so it holds on all three
/// databases. A look inside the transaction that opens the search (<see cref="SearchForDriver"/>) only saves time: if it
/// finds nobody, this one follows.
/// </remarks>
internal sealed class FindDriver(AppDbContext db, ExclusiveOffers offers) : IConsumer<RideWithoutDriver>
{
    public async Task Consume(ConsumeContext<RideWithoutDriver> context)
    {
        if (await db.TakeOpenSearch(context.Message.RideId, context.CancellationToken) is { } search)
            await offers.OfferToNearest(search, context);
    }
}
