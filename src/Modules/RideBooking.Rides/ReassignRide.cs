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

/// <summary>Takes the ride from its driver and starts a search for another driver. Sent by an operator.</summary>
internal sealed record ReassignRide(Guid RideId, string Reason, DateTimeOffset At);

internal static class ReassignRideEndpoint
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/rides/{rideId:guid}/reassign", Handle)
            .WithSummary("Give a ride to another driver")
            .RespondsWhenHandled<DriverUnassigned>()
            .WithDescription(
                "Possible until the rider is aboard. The search for another driver starts; the present driver becomes "
                    + "available and is not offered this ride again."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] OperatorRequest parameters,
        Request request
    ) =>
        parameters.Send(
            OperatorActionNames.ReassignRide,
            request.Reason.Trim(),
            _ => new ReassignRide(parameters.RideId, request.Reason.Trim(), parameters.Now()),
            "Reassigning"
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
