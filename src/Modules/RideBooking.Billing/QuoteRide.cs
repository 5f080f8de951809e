using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Billing;

/// <summary>Quotes the price of a ride. The quote is valid for two minutes, signed and not stored.</summary>
internal static class QuoteRide
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/quotes", Handle)
            .WithSummary("Quote a ride")
            .WithDescription("Pass the quoteId to POST /rides before expiresAt, and the ride costs this fare.");

    static Results<Ok<View>, ProblemHttpResult> Handle(
        Request request,
        Rider rider,
        ITripPolicy trips,
        TariffBook tariffs,
        SurgeGrid surges,
        IRouteEstimator routes,
        PickupEtas etas,
        QuoteTokens tokens,
        QuoteOptions options,
        TimeProvider clock
    )
    {
        var now = clock.GetUtcNow();
        var vehicleClass = request.VehicleClass?.ToLowerInvariant() ?? VehicleClass.Standard;
        if (trips.Check(request.Pickup, request.Dropoff, vehicleClass, request.Stops) is { } problem)
            return Problem.Validation(problem.Field, problem.Message);

        var way = routes.Estimate(Itinerary.Of(request.Pickup, request.Stops, request.Dropoff));
        var tariff = tariffs.At(now, request.Pickup);
        var surge = surges.FactorFor(tariff, request.Pickup, now);
        var fare = FareMeter.Meter(tariff, vehicleClass, way, surge, now);
        var promise = new SignedQuote(
            Guid.CreateVersion7(now),
            rider.Id,
            request.Pickup,
            request.Dropoff,
            vehicleClass,
            fare.Total,
            way.DistanceMeters,
            way.DurationSeconds,
            now + options.ValidFor,
            tariff.City,
            Tariff.Percent(surge),
            request.Stops
        );
        return TypedResults.Ok(
            new View(
                tokens.Sign(promise),
                tariff.City,
                vehicleClass,
                fare.Total,
                fare.Lines,
                surge,
                way.DistanceMeters,
                way.DurationSeconds,
                etas.At(request.Pickup),
                promise.ExpiresAt
            )
        );
    }

    /// <param name="Pickup">The pickup point.</param>
    /// <param name="Dropoff">The destination. With its stops the trip has at most 300 km.</param>
    /// <param name="VehicleClass">The vehicle class, in upper or lower case. If absent, <c>standard</c>.</param>
    /// <param name="Stops">The stops on the way, in their order, at most 5.</param>
    internal sealed record Request(
        Place Pickup,
        Place Dropoff,
        string? VehicleClass,
        IReadOnlyList<Place>? Stops = null
    )
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Pickup).OnTheMap();
                RuleFor(request => request.Dropoff).OnTheMap();
                RuleFor(request => request.Stops).Stops();
            }
        }
    }

    /// <param name="QuoteId">The signed quote.</param>
    /// <param name="City">The code of the city whose prices apply; null if there are no cities.</param>
    /// <param name="VehicleClass">The vehicle class.</param>
    /// <param name="Fare">The price of the ride, booking fee and tax included, without waiting and tolls.</param>
    /// <param name="Breakdown">The lines of the fare, which sum to it.</param>
    /// <param name="Surge">The factor for high demand; 1 if there is none.</param>
    /// <param name="DistanceMeters">The estimated distance, metres.</param>
    /// <param name="DurationSeconds">The estimated driving time, seconds.</param>
    /// <param name="PickupEtaSeconds">The estimated time until a driver reaches the pickup, seconds; a hint.</param>
    /// <param name="ExpiresAt">When the quote expires.</param>
    internal sealed record View(
        string QuoteId,
        string? City,
        string VehicleClass,
        Money Fare,
        IReadOnlyList<FareLine> Breakdown,
        decimal Surge,
        int DistanceMeters,
        int DurationSeconds,
        int PickupEtaSeconds,
        DateTimeOffset ExpiresAt
    );
}
