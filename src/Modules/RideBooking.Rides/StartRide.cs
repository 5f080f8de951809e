using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Rides;

/// <summary>Reports that the rider is aboard.</summary>
internal sealed record StartRide(Guid RideId, string DriverId, DateTimeOffset At, DriverFix? Position = null)
    : IDriverCommand;

internal static class StartRideEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDriverCommand("start", Handle)
            .WithSummary("Start the ride")
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition, RideProblems.ImplausibleReport);

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle([AsParameters] DriverRequest parameters) =>
        await parameters.Send(
            new StartRide(parameters.RideId, parameters.DriverId, parameters.Now(), await parameters.Position()),
            "Starting"
        );
}
