namespace RideBooking.Operations.Redrives;

/// <summary>The progress of a redrive.</summary>
/// <param name="Id">The redrive's id.</param>
/// <param name="Status"><c>running</c>, <c>paused</c>, <c>completed</c>, <c>cancelled</c> or <c>failed</c>.</param>
/// <param name="Selected">How many messages were requested.</param>
/// <param name="Sent">How many messages were sent back to the queue in which they failed.</param>
/// <param name="NotFound">How many of the ids were not, or no longer, failed messages.</param>
/// <param name="Failed">How many messages are failed messages again, because the redrive failed or was cancelled.</param>
/// <param name="Reason">The reason for the redrive.</param>
/// <param name="RequestedBy">Who requested it.</param>
/// <param name="RequestedAt">When it was requested.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record RedriveView(
    Guid Id,
    string Status,
    int Selected,
    int Sent,
    int NotFound,
    int Failed,
    string Reason,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt,
    string? Error
)
{
    public static RedriveView Of(Redrive redrive) =>
        new(
            redrive.Id,
            redrive.Status,
            redrive.Selected,
            redrive.Sent,
            redrive.NotFound,
            redrive.Status is WorkStatus.Failed or WorkStatus.Cancelled
                ? redrive.Selected - redrive.Sent - redrive.NotFound
                : 0,
            redrive.Reason,
            redrive.RequestedBy,
            redrive.RequestedAt,
            redrive.FinishedAt,
            redrive.Error
        );
}
