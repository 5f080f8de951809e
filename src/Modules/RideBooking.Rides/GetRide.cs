using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>
/// Returns the current ride, or a past state of it. A client that sends the version it has gets 304 while there is no newer one.
/// </summary>
internal static class GetRide
{
    public static void Map(RouteGroupBuilder callers) =>
        callers
            .MapGet("/rides/{rideId:guid}", Handle)
            .WithSummary("Get a ride, as it is or as it was")
            .WithDescription(
                "With asOf (RFC 3339) or atVersion (a stream_version of its history), the ride as its events up to then describe "
                    + "it; version is then the stream_version of the last of them. The ETag is made from the version. "
                    + "If-None-Match answers 304 while there is no newer one."
            )
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(StatusCodes.Status400BadRequest, RideProblems.InstantInFuture, RideProblems.VersionBeyondEnd)
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound);

    static async Task<Results<Ok<RideView>, StatusCodeHttpResult, ProblemHttpResult>> Handle(
        Guid rideId,
        string? asOf,
        int? atVersion,
        Caller caller,
        HttpContext http,
        AppDbContext db,
        StartPins pins,
        RideRules rules,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset instant = default;
        if (asOf is not null && PastInstant.Check("asOf", asOf, clock, out instant) is { } refused)
            return refused;
        if (atVersion < 1)
            return Problem.Validation("atVersion", "must be at least 1");
        if (asOf is not null && atVersion is not null)
            return Problem.Validation("atVersion", "cannot be combined with asOf");

        if (await db.FindRide(rideId, caller, cancellationToken) is not { } ride)
            return RideProblems.NoSuchRide();
        if (asOf is null && atVersion is null)
        {
            var view = RideView.Of(ride);
            var showsPin = rules.RequireStartPin && ride.Is() < RideStatus.InProgress && ride.IsOf(caller);
            return Response(http, showsPin ? view with { StartPin = pins.Of(rideId) } : view, "");
        }

        var events = await db.EventsOfRide(rideId, cancellationToken, atVersion);
        if (atVersion > events.Count)
            return RideProblems.BeyondEnd(atVersion.Value, events.Count);
        var then = atVersion is null ? events.UpTo(instant) : events;
        return RideState.Of(then).Ride is { } past
            ? Response(http, past, "past-")
            : Problem.NotFound("The ride had not been requested by then.", RideProblems.RideNotFound);
    }

    static Results<Ok<RideView>, StatusCodeHttpResult, ProblemHttpResult> Response(
        HttpContext http,
        RideView ride,
        string kind
    )
    {
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{kind}{ride.Version}\""));
        var response = http.Response.GetTypedHeaders();
        response.ETag = tag;
        response.CacheControl = new CacheControlHeaderValue { Private = true, NoCache = true };
        var known = http.Request.GetTypedHeaders().IfNoneMatch;
        return known.Any(it => it.Equals(EntityTagHeaderValue.Any) || it.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(ride);
    }
}
