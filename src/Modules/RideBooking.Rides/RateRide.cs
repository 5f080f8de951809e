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

/// <summary>Records the rider's rating of the driver.</summary>
internal sealed record RateRide(Guid RideId, string RiderId, int Stars, string? Comment, DateTimeOffset At);

/// <summary>Records the driver's rating of the rider.</summary>
internal sealed record RateRider(Guid RideId, string DriverId, int Stars, string? Comment, DateTimeOffset At)
    : IDriverCommand;

internal static class RateRideEndpoint
{
    public static void Map(RouteGroupBuilder ridersAndDrivers) =>
        ridersAndDrivers
            .MapPost("/rides/{rideId:guid}/rating", Handle)
            .WithSummary("Rate the ride")
            .WithDescription(
                "The rider rates the driver, and the driver rates the rider: each once, within 24 hours of the ride's completion. "
                    + "The ride shows both ratings to both."
            )
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
        Caller caller,
        IdempotentRequest attempt,
        RideCommands commands,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } known)
            return RideProblems.NoSuchRide();
        var (stars, comment, now) = (request.Stars, request.Comment, clock.GetUtcNow());
        RideOutcome outcome;
        if (known.IsOf(caller))
            outcome = await commands.Send(
                rideId,
                attempt,
                new RateRide(rideId, caller.Id, stars, comment, now),
                cancellationToken
            );
        else if (caller.Is(Role.Driver) && known.IsDrivenBy(caller.Id))
            outcome = await commands.Send(
                rideId,
                attempt,
                new RateRider(rideId, caller.Id, stars, comment, now),
                cancellationToken
            );
        else
            return RideProblems.NoSuchRide();
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
