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

/// <summary>Cancels a ride that neither its rider nor its driver can end. Sent by an operator.</summary>
internal sealed record ForceCancel(Guid RideId, string Reason, DateTimeOffset At);

internal static class ForceCancelEndpoint
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/rides/{rideId:guid}/force-cancel", Handle)
            .WithSummary("Cancel an active ride")
            .RespondsWhenHandled<RideCancelled, CancellationFeeAssessedV2>()
            .WithDescription(
                "Possible until the ride ends, even with the rider aboard. Nothing is charged; the driver, if any, "
                    + "becomes available. Repeating it has no effect."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] OperatorRequest parameters,
        Request request
    ) =>
        parameters.Send(
            OperatorActionNames.ForceCancelRide,
            request.Reason.Trim(),
            _ => new ForceCancel(parameters.RideId, request.Reason.Trim(), parameters.Now()),
            "Cancelling"
        );

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
