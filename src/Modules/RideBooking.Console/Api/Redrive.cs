namespace RideBooking.Console.Api;

internal sealed record Redrive(
    Guid Id,
    string Status,
    int Selected,
    int Sent,
    int NotFound,
    int Quarantined,
    int Failed,
    Outcomes Outcomes,
    bool Canary,
    string Reason,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt,
    string? Error
)
{
    public bool IsOpen => Status is "running" or "paused";

    public double Percent => Selected == 0 ? 100 : 100.0 * (Sent + NotFound + Failed) / Selected;
}

/// <summary>What became of the messages that a redrive has sent.</summary>
internal sealed record Outcomes(
    int Pending,
    int Consumed,
    int Ignored,
    int Deduplicated,
    int FailedAgain,
    int Untracked,
    int Unknown
)
{
    /// <summary>The outcomes as the API spells them, each with its number of messages and its meaning.</summary>
    public IEnumerable<(string Name, int Count, string Meaning)> All =>
        [
            ("consumed", Consumed, "handled"),
            ("ignored", Ignored, "handled, and there was nothing to change or to send"),
            ("deduplicated", Deduplicated, "had been handled before, so nothing happened again"),
            ("failedAgain", FailedAgain, "failed again, and are failed messages again"),
            ("pending", Pending, "not known yet"),
            ("untracked", Untracked, "sent to a consumer that keeps no record"),
            ("unknown", Unknown, "no sign of them for longer than all retries take"),
        ];
}
