namespace RideBooking.Demo;

/// <summary>The statuses that the demo reads, as the API, its events and its metrics spell them.</summary>
/// <remarks>
/// Repeated here, and not taken from Contracts, because the demo is a client of the API: it knows only what clients see.
/// </remarks>
internal static class Spellings
{
    // The statuses of a ride.
    public const string Requested = "requested";
    public const string DriverAssigned = "driverAssigned";
    public const string DriverArrived = "driverArrived";
    public const string InProgress = "inProgress";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";
    public const string NoDriverFound = "noDriverFound";

    // Who cancelled a ride.
    public const string ByDriver = "driver";

    // The statuses of a redrive.
    public const string RedriveRunning = "running";
    public const string RedriveCompleted = "completed";
}
