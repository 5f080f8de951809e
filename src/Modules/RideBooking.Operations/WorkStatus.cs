using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Operations;

/// <summary>The status of work that the host carries out for operators: a redrive, an audit. Clients read these words.</summary>
internal static class WorkStatus
{
    public const string Running = Replay.Running;
    public const string Paused = "paused";
    public const string Completed = Replay.Completed;
    public const string Failed = "failed";
    public const string Cancelled = Replay.Cancelled;
}
