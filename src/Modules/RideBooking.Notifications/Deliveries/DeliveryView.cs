namespace RideBooking.Notifications.Deliveries;

/// <summary>A delivery as operators see it.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="EventId">The event that it is about.</param>
/// <param name="EventType">The event's name.</param>
/// <param name="StreamId">The ride or driver that the event is about.</param>
/// <param name="Recipient">The partner's id; for an e-mail the rider.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c> or <c>failed</c>.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Attempts">How often it was sent, since an operator redrove it if one did.</param>
/// <param name="NextAttemptAt">When it will be sent again, if it is pending.</param>
/// <param name="LastError">Why the last attempt failed.</param>
/// <param name="FinishedAt">When it was delivered or failed.</param>
internal sealed record DeliveryView(
    Guid Id,
    Guid EventId,
    string EventType,
    string StreamId,
    string Recipient,
    string State,
    DateTimeOffset CreatedAt,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    string? LastError,
    DateTimeOffset? FinishedAt
)
{
    public static DeliveryView Of(Delivery row) =>
        new(
            row.Id,
            row.EventId,
            row.EventType,
            row.StreamId,
            row.Recipient,
            row.Status,
            row.CreatedAt,
            row.Attempts,
            row.Status == Delivery.Pending ? row.NextAttemptAt : null,
            row.LastError,
            row.FinishedAt
        );
}
