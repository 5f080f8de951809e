namespace RideBooking.Rides;

/// <summary>Something about a ride that cannot be true, kept for operators.</summary>
/// <param name="Code">What: see <see cref="RideFlags"/>.</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="DriverId">The driver whose report it was.</param>
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
