using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Reports that the rider is aboard.</summary>
internal sealed record StartRide(Guid RideId, string DriverId, DateTimeOffset At, DriverFix? Position = null)
    : IDriverCommand;

internal static class StartRideEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/rides/{rideId:guid}/start", Handle)
            .WithSummary("Start the ride")
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition, RideProblems.ImplausibleReport);

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Driver driver,
        IdempotentRequest request,
        RideCommands commands,
        Plausibility plausibility,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var command = new StartRide(rideId, driver.Id, clock.GetUtcNow(), await db.FixOf(driver.Id, cancellationToken));
        return await commands.SendFromDriver(
            rideId,
            driver,
            request,
            command,
            ride =>
                ride.Is() == RideStatus.DriverArrived
                    ? RideProblems.Implausible(plausibility.Of(ride, command))
                    : RideProblems.Refused(ride, RideProblems.InvalidTransition, "Starting"),
            cancellationToken
        );
    }
}
