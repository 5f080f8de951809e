using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http;

namespace RideBooking.Rides;

/// <summary>The rider did not come.</summary>
internal sealed record ReportNoShow(Guid RideId, string DriverId, DateTimeOffset At) : IDriverCommand;

internal static class ReportNoShowEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/rides/{rideId:guid}/no-show", Handle)
            .WithSummary("The rider did not come")
            .WithDescription("Cancels the ride at the rider's cost. Possible after a while of waiting at the pickup.")
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(StatusCodes.Status409Conflict, RideProblems.InvalidTransition, RideProblems.NoShowTooEarly);

    static Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Driver driver,
        IdempotentRequest request,
        TellRide tell,
        RideTimes times,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        tell.ByDriver(
            rideId,
            driver,
            request,
            new ReportNoShow(rideId, driver.Id, clock.GetUtcNow()),
            ride => Refuse(ride, times),
            stop
        );

    static ProblemHttpResult Refuse(Ride ride, RideTimes times) =>
        ride is { ArrivedAt: { } arrived } && ride.Is() == RideStatus.DriverArrived
            ? Problem.Conflict(
                RideProblems.NoShowTooEarly,
                "The rider still has time to come.",
                ("possibleAt", Instant.Format(arrived + times.NoShowAfter))
            )
            : RideProblems.Refused(ride, RideProblems.InvalidTransition, "Reporting a no-show");
}
