using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Rides;

/// <summary>Reports that the rider did not come to the pickup.</summary>
internal sealed record ReportNoShow(Guid RideId, string DriverId, DateTimeOffset At, DriverFix? Position = null)
    : IDriverCommand;

internal static class ReportNoShowEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDriverCommand("no-show", Handle)
            .WithSummary("Report a no-show")
            .AnswersWhenHandled<RideCancelled, CancellationFeeAssessed>()
            .WithDescription(
                "Cancels the ride at the rider's cost. Possible after the required wait at the pickup, with recent positions "
                    + "of yours near it, both at the arrival and now."
            )
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.InvalidTransition,
                RideProblems.NoShowTooEarly,
                RideProblems.NotAtPickup,
                RideProblems.PositionNotFresh
            );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] DriverRequest request,
        RideTimes times,
        Plausibility plausibility
    )
    {
        var command = new ReportNoShow(request.RideId, request.DriverId, request.Now(), await request.Position());
        return await request.Send(command, ride => Refuse(ride, command, times, plausibility));
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
