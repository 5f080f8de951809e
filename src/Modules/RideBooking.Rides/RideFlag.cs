namespace RideBooking.Rides;

/// <summary>What operators should review about a ride: an implausible report, or what did not happen in time.</summary>
/// <param name="Code">The kind of flag, one of <see cref="RideFlags"/>.</param>
/// <param name="Reason">The explanation for operators.</param>
/// <param name="DriverId">The driver of the ride then, who reported it or should have.</param>
/// <param name="At">When it was reported, or since when it is so.</param>
internal sealed record RideFlag(string Code, string Reason, string DriverId, DateTimeOffset At);

/// <summary>The codes of <see cref="RideFlag"/>.</summary>
internal static class RideFlags
{
    public const string ArrivedFarFromPickup = "arrivedFarFromPickup";
    public const string ArrivedTooSoon = "arrivedTooSoon";
    public const string StartedFarFromPickup = "startedFarFromPickup";
    public const string CompletedFarFromDropoff = "completedFarFromDropoff";
    public const string CompletedTooSoon = "completedTooSoon";
    public const string DistanceTooShort = "distanceTooShort";
    public const string DistanceTooLong = "distanceTooLong";
    public const string Overdue = "rideOverdue";
    public const string DriverSilent = "driverSilent";
    public const string EndedByRider = "endedByRider";

    /// <summary>Returns whether the ride has the flag.</summary>
    public static bool HasFlag(this Ride ride, string code) => ride.Flags.Any(flag => flag.Code == code);
}
