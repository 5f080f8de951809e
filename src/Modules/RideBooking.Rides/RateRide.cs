using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Records the rider's rating of the ride.</summary>
internal sealed record RateRide(Guid RideId, string RiderId, int Stars, string? Comment, DateTimeOffset At);

internal static class RateRideEndpoint
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides/{rideId:guid}/rating", Handle)
            .WithSummary("Rate the ride")
            .WithDescription("Possible once, within 24 hours of the ride's completion.")
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.InvalidTransition,
                RideProblems.AlreadyRated,
                RideProblems.RatingClosed
            );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Request request,
        Rider rider,
        IdempotentRequest attempt,
        RideCommands commands,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } known || !known.IsOf(rider))
            return RideProblems.NoSuchRide();

        var command = new RateRide(rideId, rider.Id, request.Stars, request.Comment, clock.GetUtcNow());
        var outcome = await commands.Send(rideId, attempt, command, cancellationToken);
        return outcome.Response("Rating");
    }

    /// <param name="Stars">1 to 5.</param>
    /// <param name="Comment">Your comment, at most 1000 characters.</param>
    internal sealed record Request(int Stars, string? Comment)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Stars)
                    .Must(stars => stars is >= 1 and <= 5)
                    .WithMessage("must be from 1 to 5");
                RuleFor(request => request.Comment).Text(0, Ride.MaxComment);
            }
        }
    }
}
