namespace RideBooking.Rides;

/// <summary>An implausible report about a ride, kept for operators.</summary>
/// <param name="Code">The kind of flag, one of <see cref="RideFlags"/>.</param>
/// <param name="Reason">The explanation for operators.</param>
/// <param name="DriverId">The driver who reported it.</param>
/// <param name="At">When it was reported.</param>
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
}
