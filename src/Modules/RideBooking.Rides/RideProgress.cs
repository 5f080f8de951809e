using System.Text.Json;
using RideBooking.Contracts;
using RideBooking.EventLog;

namespace RideBooking.Rides;

/// <summary>The ride's status as its events tell it: what the machine had decided when each was written.</summary>
internal static class RideProgress
{
    /// <summary>The status after an event, given the status before it; null before the request.</summary>
    public static RideStatus? After(RideStatus? before, EventEnvelope happened) =>
        happened.EventType switch
        {
            nameof(RideRequested) => RideStatus.Requested,
            // One that came too late, or second, the machine turns away: it has no part in the ride.
            nameof(DriverAssigned) when before is RideStatus.Requested => RideStatus.DriverAssigned,
            nameof(DriverUnassigned) when happened.Payload.GetProperty("searchAgain").GetBoolean() =>
                RideStatus.Requested,
            nameof(DriverArrived) => RideStatus.DriverArrived,
            nameof(RideStarted) => RideStatus.InProgress,
            nameof(RideCompleted) => RideStatus.Completed,
            nameof(RideCancelled) => RideStatus.Cancelled,
            nameof(NoDriverFound) => RideStatus.NoDriverFound,
            _ => before,
        };

    /// <summary>Whether the event takes the ride from the driver who accepted the offer.</summary>
    public static bool Ends(EventEnvelope happened, Guid offerId) =>
        happened.EventType == nameof(DriverUnassigned) && happened.Payload.GetProperty("offerId").GetGuid() == offerId;
}
