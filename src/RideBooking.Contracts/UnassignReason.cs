namespace RideBooking.Contracts;

/// <summary>
/// The reasons that the system sets when it takes a ride from a driver. All other reasons are free text that a person wrote.
/// </summary>
public static class UnassignReason
{
    /// <summary>The ride had ended when the assignment arrived.</summary>
    public const string RideEnded = "rideEnded";

    /// <summary>The ride had another driver when the assignment arrived.</summary>
    public const string RideTaken = "rideTaken";
}
