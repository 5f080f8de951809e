using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Rides;

/// <summary>Reports that the driver waits at the pickup.</summary>
internal sealed record ArriveAtPickup(Guid RideId, string DriverId, DateTimeOffset At, DriverFix? Position = null)
    : IDriverCommand;

internal static class ArriveAtPickupEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDriverCommand("arrive", Handle)
            .WithSummary("Report arrival at the pickup")
            .WithDescription(
                "A report that contradicts your position or the time is accepted and flagged, or refused if the "
                    + "operator of this service has configured that. So is a report from outside the geofence of the pickup."
            )
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.InvalidTransition,
                RideProblems.ImplausibleReport,
                RideProblems.NotAtPickup,
                RideProblems.PositionNotFresh
            );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle([AsParameters] DriverRequest parameters) =>
        await parameters.Send(
            new ArriveAtPickup(parameters.RideId, parameters.DriverId, parameters.Now(), await parameters.Position()),
            "Arriving"
        );
}
