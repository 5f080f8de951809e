using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Returns the current ride. A client that sends the version it has gets 304 while there is no newer one.</summary>
internal static class GetRide
{
    public static void Map(RouteGroupBuilder callers) =>
        callers
            .MapGet("/rides/{rideId:guid}", Handle)
            .WithSummary("Get a ride")
            .WithDescription("The ETag is the ride's version. If-None-Match answers 304 while there is no newer one.")
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound);

    static async Task<Results<Ok<RideView>, StatusCodeHttpResult, ProblemHttpResult>> Handle(
        Guid rideId,
        Caller caller,
        HttpContext http,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, caller, cancellationToken) is not { } ride)
            return RideProblems.NotFound();

        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{ride.Version}\""));
        var response = http.Response.GetTypedHeaders();
        response.ETag = tag;
        response.CacheControl = new CacheControlHeaderValue { Private = true, NoCache = true };
        var known = http.Request.GetTypedHeaders().IfNoneMatch;
        return known.Any(it => it.Equals(EntityTagHeaderValue.Any) || it.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(RideView.Of(ride));
    }
}
