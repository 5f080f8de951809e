namespace RideBooking.Operations.FailedMessages;

/// <summary>What became of a message after a redrive sent it. Clients read these words.</summary>
internal static class Outcomes
{
    /// <summary>It waits in its queue, is being handled, or waits for a redelivery.</summary>
    public const string Pending = "pending";

    /// <summary>Its consumer has handled it.</summary>
    public const string Consumed = "consumed";

    /// <summary>Its consumer has handled it, and had nothing to change or to send.</summary>
    public const string Ignored = "ignored";

    /// <summary>Its consumer had handled it before the redrive; the inbox has dropped it.</summary>
    public const string Deduplicated = "deduplicated";

    /// <summary>It is a failed message again.</summary>
    public const string FailedAgain = "failedAgain";

    /// <summary>
    /// It was sent. What its consumer did is not recorded, because it works outside a transaction, or the message has no id.
    /// </summary>
    public const string Untracked = "untracked";

    /// <summary>It was neither handled nor did it fail in the time that all its retries and redeliveries take.</summary>
    public const string Unknown = "unknown";
}
