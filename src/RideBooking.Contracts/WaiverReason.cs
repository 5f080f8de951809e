namespace RideBooking.Contracts;

/// <summary>Why no cancellation fee is due.</summary>
public static class WaiverReason
{
    /// <summary>No driver was on the way.</summary>
    public const string NoDriverAssigned = "noDriverAssigned";

    /// <summary>The ride was cancelled soon enough after the assignment.</summary>
    public const string WithinFreePeriod = "withinFreePeriod";

    /// <summary>Someone other than the rider cancelled.</summary>
    public const string NotCancelledByRider = "notCancelledByRider";

    /// <summary>The driver was more than five minutes later than estimated, and had not arrived.</summary>
    public const string DriverLate = "driverLate";
}
