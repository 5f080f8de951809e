namespace RideBooking.Operations.Alerts;

/// <summary>An alert as operators see it.</summary>
/// <param name="Id">The alert's id. An alert that fires again has another.</param>
/// <param name="Alert">Its name, such as <c>EndpointIsPaused</c>.</param>
/// <param name="Subject">The queue, endpoint, subscription or state of rides that it is about; null for the whole system.</param>
/// <param name="Status"><c>firing</c> or <c>ended</c>.</param>
/// <param name="Since">Since when it fires.</param>
/// <param name="LastSeenAt">When its condition was last seen to hold.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Value">What was measured last: a number of things, or seconds.</param>
/// <param name="Limit">The limit of the value, in the same unit; null for an alert that fires above 0.</param>
/// <param name="Text">The alert as a sentence.</param>
/// <param name="Page">The path of the page of the console that shows what the alert is about.</param>
internal sealed record AlertView(
    Guid Id,
    string Alert,
    string? Subject,
    string Status,
    DateTimeOffset Since,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? EndedAt,
    double Value,
    double? Limit,
    string Text,
    string Page
)
{
    public const string Firing = "firing";
    public const string Ended = "ended";

    public static AlertView Of(Alert alert) =>
        new(
            alert.Id,
            alert.Name,
            alert.Subject.Length == 0 ? null : alert.Subject,
            alert.EndedAt is null ? Firing : Ended,
            alert.Since,
            alert.LastSeenAt,
            alert.EndedAt,
            alert.Value,
            alert.Limit,
            alert.Text,
            AlertPage.PathOf(alert.Name, alert.Subject)
        );
}
