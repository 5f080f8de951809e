using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Reports that the rider did not come to the pickup.</summary>
internal sealed record ReportNoShow(Guid RideId, string DriverId, DateTimeOffset At, DriverFix? Position = null)
    : IDriverCommand;

internal static class ReportNoShowEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/rides/{rideId:guid}/no-show", Handle)
            .WithSummary("Report a no-show")
            .AnswersWhenHandled<RideCancelled, CancellationFeeAssessed>()
            .WithDescription(
                "Cancels the ride at the rider's cost. Possible after the required wait at the pickup, with recent positions "
                    + "of yours near it, both at the arrival and now."
            )
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound)
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.InvalidTransition,
                RideProblems.NoShowTooEarly,
                RideProblems.NotAtPickup,
                RideProblems.PositionNotFresh
            );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        Guid rideId,
        Driver driver,
        IdempotentRequest request,
        RideCommands commands,
        RideTimes times,
        Plausibility plausibility,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var command = new ReportNoShow(
            rideId,
            driver.Id,
            clock.GetUtcNow(),
            await db.FixOf(driver.Id, cancellationToken)
        );
        return await commands.SendFromDriver(
            rideId,
            driver,
            request,
            command,
            ride => Refuse(ride, command, times, plausibility),
            cancellationToken
        );
    }

    static ProblemHttpResult Refuse(Ride ride, ReportNoShow command, RideTimes times, Plausibility plausibility)
    {
        if (ride is not { ArrivedAt: { } arrived } || ride.Is() != RideStatus.DriverArrived)
            return RideProblems.Refused(ride, RideProblems.InvalidTransition, "Reporting a no-show");
        if (command.At >= arrived + times.NoShowAfter && plausibility.Of(ride, command) is { } problem)
            return Problem.Conflict(
                problem.Code,
                problem.Detail,
                ("distanceMeters", problem.DistanceMeters),
                ("allowedMeters", plausibility.PickupRadiusMeters)
            );
        return Problem.Conflict(
            RideProblems.NoShowTooEarly,
            "The rider still has time to come.",
            ("possibleAt", Instant.Format(arrived + times.NoShowAfter))
        );
    }
}
