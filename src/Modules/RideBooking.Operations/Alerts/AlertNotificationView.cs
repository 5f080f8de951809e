namespace RideBooking.Operations.Alerts;

/// <summary>The notification of an alert to the webhook, as operators see it.</summary>
/// <param name="Id">Its id, which each attempt sends as <c>id</c> and as <c>webhook-id</c>.</param>
/// <param name="AlertId">The alert.</param>
/// <param name="Alert">The alert's name.</param>
/// <param name="Subject">The queue, endpoint, subscription or state of rides that the alert is about.</param>
/// <param name="Event">What it says: that the alert is <c>firing</c>, or that it has <c>ended</c>.</param>
/// <param name="Text">The alert as a sentence.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c> or <c>givenUp</c>.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Attempts">How often it was sent, since an operator retried it if one did.</param>
/// <param name="NextAttemptAt">When it will be sent again, if it is pending.</param>
/// <param name="LastError">Why the last attempt failed.</param>
/// <param name="FinishedAt">When it was delivered or given up.</param>
internal sealed record AlertNotificationView(
    Guid Id,
    Guid AlertId,
    string Alert,
    string? Subject,
    string Event,
    string Text,
    string Status,
    DateTimeOffset CreatedAt,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    string? LastError,
    DateTimeOffset? FinishedAt
)
{
    public static AlertNotificationView Of(AlertNotification row) =>
        new(
            row.Id,
            row.AlertId,
            row.AlertName,
            row.Subject.Length == 0 ? null : row.Subject,
            row.EndedAt is null ? AlertView.Firing : AlertView.Ended,
            row.Text,
            row.Status,
            row.CreatedAt,
            row.Attempts,
            row.Status == AlertNotification.Pending ? row.NextAttemptAt : null,
            row.LastError,
            row.FinishedAt
        );
}
