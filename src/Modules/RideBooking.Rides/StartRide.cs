using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Rides;

/// <summary>Reports that the rider is aboard.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="DriverId">Its driver.</param>
/// <param name="At">When.</param>
/// <param name="Position">The last position the driver's phone reported.</param>
/// <param name="HasPin">Whether the driver sent the rider's PIN.</param>
internal sealed record StartRide(
    Guid RideId,
    string DriverId,
    DateTimeOffset At,
    DriverFix? Position = null,
    bool HasPin = false
) : IDriverCommand;

internal static class StartRideEndpoint
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapDriverCommand("start", Handle)
            .WithSummary("Start the ride")
            .RespondsWhenHandled<RideStarted>()
            .WithDescription(
                "The operator of this service may have configured that a report from outside the geofence of the pickup is "
                    + "flagged or refused, and that you need the PIN that the rider sees. A wrong PIN is counted: after five the "
                    + "ride cannot be started by you."
            )
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.InvalidTransition,
                RideProblems.ImplausibleReport,
                RideProblems.NotAtPickup,
                RideProblems.PositionNotFresh,
                RideProblems.WrongPin,
                RideProblems.PinLocked
            );

    static async Task<Results<Accepted<RideView>, ProblemHttpResult>> Handle(
        [AsParameters] DriverRequest parameters,
        Request? request,
        StartPins pins,
        RideRules rules
    )
    {
        var (rideId, driverId, now) = (parameters.RideId, parameters.DriverId, parameters.Now());
        var hasPin = request?.Pin is { } pin && pins.Matches(rideId, pin);
        return rules.RequireStartPin && request?.Pin is { } wrong && !hasPin
            ? await parameters.SendWrongPin(new RecordWrongPin(rideId, driverId, now), wrong, "Starting")
            : await parameters.Send(
                new StartRide(rideId, driverId, now, await parameters.Position(), hasPin),
                "Starting"
            );
    }

    /// <param name="Pin">The PIN that the rider sees, four digits, if this service requires it.</param>
    internal sealed record Request(string? Pin)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() =>
                RuleFor(request => request.Pin)
                    .Must(pin => pin is null || (pin.Length == StartPins.Length && pin.All(char.IsAsciiDigit)))
                    .WithMessage($"must have {StartPins.Length} digits");
        }
    }
}
