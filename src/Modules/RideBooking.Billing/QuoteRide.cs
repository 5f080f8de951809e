using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Quotes;

namespace RideBooking.Billing;

/// <summary>A rider asks what a ride would cost. The answer is a promise for two minutes, signed, and kept nowhere.</summary>
internal static class QuoteRide
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/quotes", Handle)
            .WithSummary("Quote a ride")
            .WithDescription("Hand the quoteId to POST /rides before expiresAt and this fare is what the ride costs.");

    static Results<Ok<Quote>, ProblemHttpResult> Handle(
        Request request,
        Rider rider,
        ITripPolicy trips,
        TariffBook tariffs,
        IRouteEstimator routes,
        PickupEtas etas,
        QuoteTokens tokens,
        QuoteOptions options,
        TimeProvider clock
    )
    {
        var now = clock.GetUtcNow();
        var tariff = tariffs.At(now);
        var vehicleClass = request.VehicleClass?.ToLowerInvariant() ?? VehicleClass.Standard;
        if (trips.Check(request.Pickup, request.Dropoff, vehicleClass) is { } wrong)
            return Problem.Validation(wrong.Field, wrong.Message);

        var way = routes.Estimate(request.Pickup, request.Dropoff);
        var surge = tariff.SurgeAt(now);
        var fare = FareMeter.Meter(tariff, vehicleClass, way, surge);
        var promise = new SignedQuote(
            Guid.CreateVersion7(now),
            rider.Id,
            request.Pickup,
            request.Dropoff,
            vehicleClass,
            fare.Total,
            way.DistanceMeters,
            way.DurationSeconds,
            now + options.ValidFor
        );
        return TypedResults.Ok(
            new Quote(
                tokens.Sign(promise),
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

    /// <param name="Pickup">Where the rider waits.</param>
    /// <param name="Dropoff">Where the rider wants to go, at most 300 km away.</param>
    /// <param name="VehicleClass">In any case; <c>standard</c> if absent.</param>
    internal sealed record Request(Place Pickup, Place Dropoff, string? VehicleClass)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(quote => quote.Pickup).OnTheMap();
                RuleFor(quote => quote.Dropoff).OnTheMap();
            }
        }
    }

    /// <param name="QuoteId">The signed promise.</param>
    /// <param name="VehicleClass">The class it is for.</param>
    /// <param name="Fare">What the ride will cost, but for waiting and tolls.</param>
    /// <param name="Breakdown">What the fare is made of; the lines sum to it.</param>
    /// <param name="Surge">The factor for high demand; 1 when there is none.</param>
    /// <param name="DistanceMeters">The estimated way, metres.</param>
    /// <param name="DurationSeconds">The estimated driving time, seconds.</param>
    /// <param name="PickupEtaSeconds">How long a driver will probably take to the pickup, seconds; a hint.</param>
    /// <param name="ExpiresAt">The end of the promise.</param>
    internal sealed record Quote(
        string QuoteId,
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

/// <summary>How quotes are made.</summary>
/// <param name="ValidFor">From <c>Quotes:ValidFor</c>: how long a quote is a promise.</param>
/// <param name="TypicalPickupEta">From <c>Quotes:TypicalPickupEta</c>: the way of a driver to a rider, where nothing is known.</param>
internal sealed record QuoteOptions(TimeSpan ValidFor, TimeSpan TypicalPickupEta);
