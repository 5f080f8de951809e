namespace RideBooking.Cli;

/// <summary>The words of the API that the command line understands. It is a client, so it spells them itself.</summary>
internal static class Spellings
{
    // The states of a message in the store of failed messages.
    public const string MessageFailed = "failed";
    public const string MessageDiscarded = "discarded";

    // The statuses of work that the host carries out: a redrive, an audit, a replay.
    public const string WorkRunning = "running";
    public const string WorkPaused = "paused";
    public const string WorkCompleted = "completed";

    // The status of an alert, and those of its notification to the webhook.
    public const string AlertFiring = "firing";
    public const string NotificationPending = "pending";
    public const string NotificationDelivered = "delivered";
    public const string NotificationGivenUp = "givenUp";
}
