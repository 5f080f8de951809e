using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>An offer as its driver sees it.</summary>
/// <param name="OfferId">The offer.</param>
/// <param name="RideId">The ride.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="Fare">The fare the rider was quoted, if any.</param>
/// <param name="PickupEtaSeconds">The estimated driving time to the pickup, seconds.</param>
/// <param name="ExpiresAt">When the offer expires.</param>
internal sealed record OfferView(
    Guid OfferId,
    Guid RideId,
    Place Pickup,
    Place Dropoff,
    Money? Fare,
    int PickupEtaSeconds,
    DateTimeOffset ExpiresAt
)
{
    public static OfferView Of(Offer offer, Search search) =>
        new(
            offer.OfferId,
            search.RideId,
            search.Pickup,
            search.Dropoff,
            search.Fare,
            offer.PickupEtaSeconds,
            offer.ExpiresAt
        );
}

/// <summary>Lists the offers that the driver can accept now: at most one, because offers are exclusive.</summary>
internal static class ListOffers
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers.MapGet("/drivers/me/offers", Handle).WithSummary("List the offers that you can accept now");

    static async Task<Ok<Page<OfferView>>> Handle(
        Driver driver,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new Page<OfferView>(await Of(driver.Id, db, clock, cancellationToken), null));

    /// <summary>Queries the driver's open offers that have not expired, whether or not their timer is late.</summary>
    public static async Task<List<OfferView>> Of(
        string driverId,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var live = await (
            from offer in db.Set<Offer>().AsNoTracking()
            join search in db.Set<Search>().AsNoTracking() on offer.RideId equals search.RideId
            where offer.ActiveDriverId == driverId && offer.Status == OfferStatus.Open && offer.ExpiresAt > now
            select new { offer, search }
        ).ToListAsync(cancellationToken);
        return [.. live.Select(found => OfferView.Of(found.offer, found.search))];
    }
}
