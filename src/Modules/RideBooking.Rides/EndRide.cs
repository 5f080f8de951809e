using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Completes a ride that its driver forgot to end. Sent by its rider.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">Its rider.</param>
/// <param name="EstimatedSeconds">The estimated duration of the trip, if the ride does not know it, seconds.</param>
/// <param name="At">When.</param>
internal sealed record EndRide(Guid RideId, string RiderId, int EstimatedSeconds, DateTimeOffset At);

internal static class EndRideEndpoint
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides/{rideId:guid}/end", Handle)
            .WithSummary("End a ride that your driver forgot to end")
            .RespondsWhenHandled<RideCompleted, FareFinalized>()
            .WithDescription(
                "Possible when the ride has taken longer than estimated by a margin. You pay the quoted fare, or the estimate, "
                    + "and an operator reviews the ride. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition, RideProblems.EndTooEarly);

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Rider rider,
        IdempotentRequest attempt,
        RideCommands commands,
        AppDbContext db,
        ITripPolicy trips,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, cancellationToken) is not { } known || !known.IsOf(rider))
            return RideProblems.NoSuchRide();

        var estimated = known.TripSeconds ?? trips.Estimate(known.Pickup, known.Dropoff, known.Stops).DurationSeconds;
        var command = new EndRide(rideId, rider.Id, estimated, clock.GetUtcNow());
        var outcome = await commands.Send(rideId, attempt, command, cancellationToken);
        return outcome.Response("Ending");
    }
}
