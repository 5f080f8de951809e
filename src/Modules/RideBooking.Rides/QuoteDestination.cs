using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Quotes another destination of a ride, or other stops. The ride does not change.</summary>
internal static class QuoteDestination
{
    const int NearMeters = 100;

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides/{rideId:guid}/destination-quotes", Handle)
            .WithSummary("Quote another destination")
            .WithDescription(
                "The quote is for the whole ride from its pickup, with the surge of the ride's request. During the ride it includes "
                    + "the way so far. Pass the quoteId to POST /rides/{rideId}/destination before expiresAt."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid rideId,
        Request request,
        Rider rider,
        AppDbContext db,
        ITripPolicy trips,
        IChangeQuotes quotes,
        Plausibility plausibility,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } ride || !ride.IsOf(rider))
            return RideProblems.NoSuchRide();
        if (ride.Is() >= RideStatus.Completed)
            return RideProblems.Refused(ride, RideProblems.InvalidTransition, ChangeDestinationEndpoint.What);

        var here = ride is { StartedAt: not null, DriverId: { } driver }
            ? plausibility.Position(await db.FixOf(driver, cancellationToken), clock.GetUtcNow())
            : null;
        // Where the vehicle is counts as a place of the trip, unless it is at the pickup or where it is to go next.
        var next = request.Stops is [var first, ..] ? first : request.Dropoff;
        if (here is not null && (here.MetersFrom(ride.Pickup) < NearMeters || here.MetersFrom(next) < NearMeters))
            here = null;
        IReadOnlyList<Place>? stops = here is null ? request.Stops : [here, .. request.Stops ?? []];
        if (trips.Check(ride.Pickup, request.Dropoff, ride.VehicleClass, stops) is { } problem)
            return Problem.Validation(
                problem.Field.StartsWith("stops", StringComparison.Ordinal) ? "stops" : problem.Field,
                problem.Message
            );

        var quote = await quotes.Of(
            new ChangedTrip(
                rideId,
                rider.Id,
                ride.DestinationChanges + 1,
                ride.Pickup,
                here,
                request.Stops,
                request.Dropoff,
                ride.VehicleClass
            ),
            cancellationToken
        );
        return TypedResults.Ok(
            new View(
                quote.QuoteId,
                quote.Terms.Fare,
                quote.Breakdown,
                quote.Terms.SurgePercent / 100m,
                quote.Terms.DistanceMeters,
                quote.Terms.DurationSeconds,
                quote.ExpiresAt
            )
        );
    }

    /// <param name="Dropoff">The new destination. With its stops the trip has at most 300 km.</param>
    /// <param name="Stops">The stops on the way there, in their order, at most 5. If absent, none.</param>
    internal sealed record Request(Place Dropoff, IReadOnlyList<Place>? Stops = null)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Dropoff).OnTheMap();
                RuleFor(request => request.Stops).Stops();
            }
        }
    }

    /// <param name="QuoteId">The signed quote.</param>
    /// <param name="Fare">The price of the whole ride, without waiting and tolls.</param>
    /// <param name="Breakdown">The lines of the fare, which sum to it.</param>
    /// <param name="Surge">The factor for high demand, which is that of the request; 1 if there was none.</param>
    /// <param name="DistanceMeters">The estimated distance from the pickup, metres.</param>
    /// <param name="DurationSeconds">The estimated driving time from the pickup, seconds.</param>
    /// <param name="ExpiresAt">When the quote expires. It also ends with any change of the destination.</param>
    internal sealed record View(
        string QuoteId,
        Money Fare,
        IReadOnlyList<FareLine> Breakdown,
        decimal Surge,
        int DistanceMeters,
        int DurationSeconds,
        DateTimeOffset ExpiresAt
    );
}
