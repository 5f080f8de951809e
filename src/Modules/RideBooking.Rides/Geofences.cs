using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>What happens to a driver's report from outside the place that it is about.</summary>
internal enum Geofence
{
    /// <summary>The report is accepted.</summary>
    Off,

    /// <summary>The report is accepted, and flagged if a recent position of the driver is outside.</summary>
    Flag,

    /// <summary>The report is refused, unless a recent position of the driver is inside.</summary>
    Refuse,
}

/// <summary>The geofence of each step of a ride.</summary>
/// <param name="Arrive"><c>Rides:Geofences:Arrive</c>: that of the arrival, around the pickup.</param>
/// <param name="Start"><c>Rides:Geofences:Start</c>: that of the start, around the pickup.</param>
/// <param name="Complete"><c>Rides:Geofences:Complete</c>: that of the completion, around the dropoff.</param>
internal sealed record Geofences(Geofence Arrive, Geofence Start, Geofence Complete)
{
    public static Geofences Read(IConfiguration configuration) =>
        new(
            configuration.Choice("Rides:Geofences:Arrive", Geofence.Off),
            configuration.Choice("Rides:Geofences:Start", Geofence.Off),
            configuration.Choice("Rides:Geofences:Complete", Geofence.Off)
        );
}
