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
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Cancels the ride for its rider.</summary>
internal sealed record CancelRide(Guid RideId, string RiderId, string Reason, DateTimeOffset At);

internal static class CancelRideEndpoint
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides/{rideId:guid}/cancel", Handle)
            .WithSummary("Cancel the ride")
            .RespondsWhenHandled<RideCancelled, CancellationFeeAssessedV2>()
            .WithDescription(
                "Possible until you are aboard. A fee may apply: see cancellation-preview. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.NotCancellable);

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

        var command = new CancelRide(rideId, rider.Id, request.Reason.Trim(), clock.GetUtcNow());
        var outcome = await commands.Send(rideId, attempt, command, cancellationToken);
        return outcome.Response("Cancelling", RideProblems.NotCancellable);
    }

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
