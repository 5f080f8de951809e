using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>Lists the drivers on duty with their positions, for operators who look at a map.</summary>
internal static class ListDriversOnDuty
{
    const string Free = "free";
    const string Offered = "offered";
    const string OnRide = "onRide";

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/drivers", Handle)
            .WithSummary("List the drivers on duty, with their last known positions")
            .WithDescription(
                "Ordered by driver id. A driver is free, has an offer to answer (offered), or is reserved for a ride (onRide). A driver who goes off duty during a ride is listed until it ends."
            );

    static async Task<Ok<Page<View>>> Handle(PageRequest page, AppDbContext db, CancellationToken cancellationToken)
    {
        var candidates = db.Set<Candidate>()
            .AsNoTracking()
            .Where(candidate => candidate.Online || candidate.ReservedRideId != null);
        if (page.TryAfter<string>(out var last))
            candidates = candidates.Where(candidate => candidate.DriverId.CompareTo(last) > 0);
        var rows = await (
            from candidate in candidates
            join position in db.Set<DriverPosition>() on candidate.DriverId equals position.DriverId
            join offer in db.Set<Offer>() on candidate.ReservedOfferId equals offer.OfferId into offers
            from offer in offers.DefaultIfEmpty()
            orderby candidate.DriverId
            select new View(
                candidate.DriverId,
                candidate.Name,
                candidate.Vehicle.Class,
                position.Lat,
                position.Lng,
                position.Heading,
                candidate.ReservedRideId == null ? Free
                    : offer.Status == OfferStatus.Open ? Offered
                    : OnRide,
                candidate.ReservedRideId,
                position.At
            )
        )
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => row.DriverId, row => row));
    }

    /// <param name="DriverId">The driver.</param>
    /// <param name="Name">Their name.</param>
    /// <param name="VehicleClass">The class of their vehicle.</param>
    /// <param name="Lat">Latitude, degrees.</param>
    /// <param name="Lng">Longitude, degrees.</param>
    /// <param name="Heading">The direction of the vehicle, degrees clockwise from north, if known.</param>
    /// <param name="Status"><c>free</c>, <c>offered</c> or <c>onRide</c>.</param>
    /// <param name="RideId">The ride that they are offered or reserved for; null for a free driver.</param>
    /// <param name="SeenAt">When the position was reported.</param>
    internal sealed record View(
        string DriverId,
        string Name,
        string VehicleClass,
        double Lat,
        double Lng,
        double? Heading,
        string Status,
        Guid? RideId,
        DateTimeOffset SeenAt
    );
}
