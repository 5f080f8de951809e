using System.Text.Json;
using RideBooking.Contracts;
using RideBooking.EventLog;

namespace RideBooking.Rides;

/// <summary>Derives the ride's status from its events: the status the machine had set when each was written.</summary>
internal static class RideProgress
{
    /// <summary>Returns the status after an event, given the status before it (null before the request).</summary>
    public static RideStatus? After(RideStatus? before, EventEnvelope happened) =>
        happened.EventType switch
        {
            nameof(RideRequested) => RideStatus.Requested,
            // The machine rejects an assignment that is late or second: it does not affect the ride.
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
