using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Rides;

/// <summary>Releases the ride for its driver: a search for another driver starts, or the ride ends.</summary>
internal sealed record ReleaseRide(Guid RideId, string DriverId, string Reason, DateTimeOffset At) : IDriverCommand;

internal static class ReleaseRideEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDriverCommand("release", Handle)
            .WithSummary("Release the ride")
            .RespondsWhenHandled<DriverUnassigned>()
            .WithDescription(
                "The search for another driver starts. Possible until the rider is aboard. After three searches for another "
                    + "driver (a setting) the ride ends as noDriverFound instead."
            )
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] DriverRequest parameters,
        Request request
    ) =>
        parameters.Send(
            new ReleaseRide(parameters.RideId, parameters.DriverId, request.Reason.Trim(), parameters.Now()),
            "Releasing"
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
