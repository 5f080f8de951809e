namespace RideBooking.Operations;

/// <summary>The status of work that the host carries out for operators: a redrive, an audit. Clients read these words.</summary>
internal static class WorkStatus
{
    public const string Running = "running";
    public const string Paused = "paused";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}
