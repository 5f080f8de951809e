namespace RideBooking.Cli;

/// <summary>The words of the API that the command line understands. It is a client, so it spells them itself.</summary>
internal static class Spellings
{
    // The states of a message in the store of failed messages.
    public const string MessageFailed = "failed";
    public const string MessageDiscarded = "discarded";

    // What groups of failed messages have in common.
    public const string ByFingerprint = "fingerprint";
    public static readonly string[] Groups = [ByFingerprint, "queue", "messageType", "rideStatus"];

    // The kinds of failures.
    public const string FailedMessages = "failedMessages";
    public const string UnsentMessages = "unsentMessages";
    public const string FailingTimers = "failingTimers";
    public const string ParkedEvents = "parkedEvents";
    public const string GivenUpNotifications = "givenUpNotifications";

    // The statuses of work that the host carries out: a redrive, an audit, a replay.
    public const string WorkRunning = "running";
    public const string WorkPaused = "paused";
    public const string WorkCompleted = "completed";

    // The status of an alert, and those of its notification to the webhook.
    public const string AlertFiring = "firing";
    public const string NotificationPending = "pending";
    public const string NotificationDelivered = "delivered";
    public const string NotificationGivenUp = "givenUp";

    // The states of a delivery to a partner.
    public const string DeliveryPending = "pending";
    public const string DeliveryDelivered = "delivered";
    public const string DeliveryFailed = "failed";
}
