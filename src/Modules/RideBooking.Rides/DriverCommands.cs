using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Rides;

/// <summary>Maps the commands that a ride's driver sends.</summary>
internal static class DriverCommands
{
    /// <summary>Maps a command of the ride's driver.</summary>
    /// <param name="drivers">The endpoints of drivers.</param>
    /// <param name="name">The last segment of the route.</param>
    /// <param name="handler">Takes a <see cref="DriverRequest"/>, makes the command and sends it.</param>
    public static RouteHandlerBuilder MapDriverCommand(this RouteGroupBuilder drivers, string name, Delegate handler) =>
        drivers
            .MapPost($"/rides/{{rideId:guid}}/{name}", handler)
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound);
}
