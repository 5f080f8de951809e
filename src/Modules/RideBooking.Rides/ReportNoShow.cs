using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;

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
            .RespondsWhenHandled<RideCancelled, CancellationFeeAssessedV2>()
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

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle([AsParameters] DriverRequest parameters) =>
        await parameters.Send(
            new ReportNoShow(parameters.RideId, parameters.DriverId, parameters.Now(), await parameters.Position()),
            "Reporting a no-show"
        );
}
