using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Returns what drivers think of the rider.</summary>
internal static class GetRiderRating
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapGet("/riders/me/rating", Handle)
            .WithSummary("Get the average of your ratings by drivers")
            .WithDescription("A new rating may take a moment to count.");

    static async Task<Ok<View>> Handle(Rider rider, AppDbContext db, CancellationToken cancellationToken)
    {
        var rating = await db.Set<RiderRating>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.RiderId == rider.Id, cancellationToken);
        return TypedResults.Ok(
            rating is { Ratings: > 0 }
                ? new View(
                    Math.Round((double)rating.Stars / rating.Ratings, 2, MidpointRounding.AwayFromZero),
                    rating.Ratings
                )
                : new View(null, 0)
        );
    }

    /// <param name="Average">The average of the stars, 1 to 5, to a hundredth; null before the first rating.</param>
    /// <param name="Ratings">The number of ratings.</param>
    internal sealed record View(double? Average, int Ratings);
}
