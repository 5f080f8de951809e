using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http;

namespace RideBooking.Rides;

/// <summary>The rider is aboard.</summary>
internal sealed record StartRide(Guid RideId, string DriverId, DateTimeOffset At) : IDriverCommand;

internal static class StartRideEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/rides/{rideId:guid}/start", Handle)
            .WithSummary("The rider is aboard")
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition);

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Driver driver,
        IdempotentRequest request,
        TellRide tell,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        tell.ByDriver(
            rideId,
            driver,
            request,
            new StartRide(rideId, driver.Id, clock.GetUtcNow()),
            ride => RideProblems.Refused(ride, RideProblems.InvalidTransition, "Starting"),
            stop
        );
}
