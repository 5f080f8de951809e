using System.Text.Json;

namespace RideBooking.Contracts;

/// <summary>Derives the ride's status from its events: the status the machine had set when each was written.</summary>
public static class RideProgress
{
    /// <summary>Returns the status after an event, given the status before it (null before the request).</summary>
    public static RideStatus? After(RideStatus? before, string eventType, JsonElement payload) =>
        eventType switch
        {
            nameof(RideRequested) => RideStatus.Requested,
            // The machine rejects an assignment that is late or second: it does not affect the ride.
            nameof(DriverAssigned) when before is RideStatus.Requested => RideStatus.DriverAssigned,
            nameof(DriverUnassigned) when payload.GetProperty("searchAgain").GetBoolean() => RideStatus.Requested,
            nameof(DriverArrived) => RideStatus.DriverArrived,
            nameof(RideStarted) => RideStatus.InProgress,
            nameof(RideCompleted) => RideStatus.Completed,
            nameof(RideCancelled) => RideStatus.Cancelled,
            nameof(NoDriverFound) => RideStatus.NoDriverFound,
            _ => before,
        };
}
