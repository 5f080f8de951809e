using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Rides;

/// <summary>Completes a ride whose driver cannot. Sent by an operator.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Reason">Why.</param>
/// <param name="DistanceMeters">
/// The distance, in metres, if the operator knows it. If null, the quote or the estimate is billed.
/// </param>
/// <param name="EstimatedSeconds">The estimated duration of the trip, in seconds: the maximum time that is billed.</param>
/// <param name="At">When.</param>
internal sealed record ForceComplete(
    Guid RideId,
    string Reason,
    int? DistanceMeters,
    int EstimatedSeconds,
    DateTimeOffset At
);

internal static class ForceCompleteEndpoint
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/rides/{rideId:guid}/force-complete", Handle)
            .WithSummary("Complete a ride on behalf of its driver")
            .RespondsWhenHandled<RideCompleted, FareFinalized>()
            .WithDescription(
                "For a ride in progress. The rider pays the quoted fare, or the estimate; with distanceMeters a metered fare. "
                    + "The driver earns as usual and becomes available. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] OperatorRequest parameters,
        Request request,
        ITripPolicy trips
    ) =>
        parameters.Send(
            OperatorActionNames.ForceCompleteRide,
            request.Reason.Trim(),
            ride => new ForceComplete(
                parameters.RideId,
                request.Reason.Trim(),
                request.DistanceMeters,
                trips.Estimate(ride.Pickup, ride.Dropoff, ride.Stops).DurationSeconds,
                parameters.Now()
            ),
            "Completing"
        );

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    /// <param name="DistanceMeters">The distance, in metres, if known. If absent, the quote or the estimate is billed.</param>
    internal sealed record Request(string Reason, int? DistanceMeters)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Reason).Reason();
                RuleFor(request => request.DistanceMeters)
                    .Must(meters => meters is null or (>= 0 and <= CompleteRideEndpoint.MaxMeters))
                    .WithMessage($"must be from 0 to {CompleteRideEndpoint.MaxMeters}");
            }
        }
    }
}
