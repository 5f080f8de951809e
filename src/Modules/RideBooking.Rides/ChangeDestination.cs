using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Changes the destination of the ride, for its rider.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">Its rider.</param>
/// <param name="Number">The number of the change that the quote is for, from 1.</param>
/// <param name="Dropoff">The new destination.</param>
/// <param name="Stops">The stops on the way there; null if there are none.</param>
/// <param name="QuoteId">The quote that the rider accepts.</param>
/// <param name="Terms">What it promises.</param>
/// <param name="At">When.</param>
internal sealed record ChangeDestination(
    Guid RideId,
    string RiderId,
    int Number,
    Place Dropoff,
    IReadOnlyList<Place>? Stops,
    Guid QuoteId,
    TripTerms Terms,
    DateTimeOffset At
);

internal static class ChangeDestinationEndpoint
{
    public const string What = "Changing the destination";

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides/{rideId:guid}/destination", Handle)
            .WithSummary("Change the destination or the stops")
            .RespondsWhenHandled<DestinationChanged>()
            .WithDescription(
                "Possible until the ride ends, with a quote of POST /rides/{rideId}/destination-quotes for the same places. The "
                    + "ride then costs the fare of that quote. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition, RideProblems.QuoteExpired);

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Request request,
        Rider rider,
        IdempotentRequest attempt,
        RideCommands commands,
        AppDbContext db,
        QuoteTokens tokens,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } known || !known.IsOf(rider))
            return RideProblems.NoSuchRide();
        if (
            !tokens.TryRead(request.QuoteId, out var quote)
            || quote.RiderId != rider.Id
            || quote.Change is not { } change
            || change.RideId != rideId
        )
            return Problem.Validation("quoteId", "must be a destination quote that was issued to you for this ride");
        if (!RequestRideEndpoint.SamePoint(quote.Dropoff, request.Dropoff))
            return Problem.Validation("dropoff", "must be the dropoff of the quote");
        if (!RequestRideEndpoint.SamePoints(quote.Stops, request.Stops))
            return Problem.Validation("stops", "must be the stops of the quote");

        var now = clock.GetUtcNow();
        if (
            now >= quote.ExpiresAt
            && known.Is() < RideStatus.Completed
            && known.QuoteId != quote.Id
            && !await commands.WasAccepted(attempt, cancellationToken)
        )
            return RideProblems.Expired(quote);

        var command = new ChangeDestination(
            rideId,
            rider.Id,
            change.Number,
            request.Dropoff,
            request.Stops is { Count: > 0 } stops ? stops : null,
            quote.Id,
            quote.Terms,
            now
        );
        var outcome = await commands.Send(rideId, attempt, command, cancellationToken);
        return outcome.Response(What);
    }

    /// <param name="Dropoff">The new destination.</param>
    /// <param name="QuoteId">The quote you accept. It must be for the same places.</param>
    /// <param name="Stops">The stops on the way there, in their order, at most 5. If absent, none.</param>
    internal sealed record Request(Place Dropoff, string QuoteId, IReadOnlyList<Place>? Stops = null)
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
}
