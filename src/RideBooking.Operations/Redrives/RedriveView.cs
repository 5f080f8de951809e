namespace RideBooking.Operations.Redrives;

/// <summary>How far a redrive is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="Selected">How many messages it was asked for.</param>
/// <param name="Sent">How many went back to the queue they failed in.</param>
/// <param name="NotFound">How many were not in their error queue, or not any more.</param>
/// <param name="Failed">How many are still there, because it failed.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="RequestedBy">By whom.</param>
/// <param name="RequestedAt">When.</param>
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
            redrive.Status == Redrive.Failed ? Math.Max(0, redrive.Selected - redrive.Sent - redrive.NotFound) : 0,
            redrive.Reason,
            redrive.RequestedBy,
            redrive.RequestedAt,
            redrive.FinishedAt,
            redrive.Error
        );
}
