namespace RideBooking.Contracts;

/// <summary>Derives the status of a ride from its events: what every module that reads them needs to know.</summary>
public static class RideStatusFold
{
    /// <summary>Returns the status of a ride after an event of it.</summary>
    /// <param name="before">The status before the event; null before the request.</param>
    /// <param name="happened">The event; null for one that this process does not know.</param>
    public static RideStatus? After(this RideStatus? before, object? happened) =>
        happened is RideRequested ? RideStatus.Requested : before?.After(happened);

    /// <summary>Returns the status of a ride after an event of it.</summary>
    /// <param name="before">The status before the event.</param>
    /// <param name="happened">The event; null for one that this process does not know.</param>
    public static RideStatus After(this RideStatus before, object? happened) =>
        happened switch
        {
            RideRequested or DriverUnassigned { SearchAgain: true } => RideStatus.Requested,
            // A late or second assignment is rejected: it does not affect the ride.
            DriverAssigned when before == RideStatus.Requested => RideStatus.DriverAssigned,
            DriverArrived => RideStatus.DriverArrived,
            RideStarted => RideStatus.InProgress,
            RideCompleted => RideStatus.Completed,
            RideCancelled => RideStatus.Cancelled,
            NoDriverFound => RideStatus.NoDriverFound,
            _ => before,
        };
}
