namespace RideBooking.Operations.Redrives;

/// <summary>The progress of a redrive.</summary>
/// <param name="Id">The redrive's id.</param>
/// <param name="Status"><c>running</c>, <c>paused</c>, <c>completed</c>, <c>cancelled</c> or <c>failed</c>.</param>
/// <param name="Selected">How many messages were requested.</param>
/// <param name="Sent">How many messages were sent back to the queue in which they failed.</param>
/// <param name="NotFound">How many of the ids were not, or no longer, failed messages.</param>
/// <param name="Quarantined">How many more matched, but were left out because they failed again after earlier redrives.</param>
/// <param name="Failed">
/// How many messages were not sent and are failed messages again: the redrive failed or was cancelled, or the broker refused them.
/// </param>
/// <param name="Outcomes">What became of the messages that were sent.</param>
/// <param name="Canary">Whether it waits for the outcomes of its first 111 messages.</param>
/// <param name="Reason">The reason for the redrive.</param>
/// <param name="RequestedBy">Who requested it.</param>
/// <param name="RequestedAt">When it was requested.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Error">Why it failed, or why it was paused.</param>
internal sealed record RedriveView(
    Guid Id,
    string Status,
    int Selected,
    int Sent,
    int NotFound,
    int Quarantined,
    int Failed,
    RedriveOutcomes Outcomes,
    bool Canary,
    string Reason,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt,
    string? Error
)
{
    public static RedriveView Of(Redrive redrive, RedriveOutcomes outcomes) =>
        new(
            redrive.Id,
            redrive.Status,
            redrive.Selected,
            redrive.Sent,
            redrive.NotFound,
            redrive.Quarantined,
            redrive.FinishedAt is null ? 0 : redrive.Selected - redrive.Sent - redrive.NotFound,
            outcomes,
            redrive.Canary,
            redrive.Reason,
            redrive.RequestedBy,
            redrive.RequestedAt,
            redrive.FinishedAt,
            redrive.Error
        );
}
