using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

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
