namespace RideBooking.Notifications.Webhooks;

/// <summary>A partner, as operators see it.</summary>
/// <param name="Id">The partner.</param>
/// <param name="Name">Its name.</param>
/// <param name="Receiver">Where events are posted: scheme, host and port. The rest may contain a token.</param>
/// <param name="EventTypes">The names of the events it gets.</param>
/// <param name="CreatedAt">When it was created. It gets the events since then.</param>
/// <param name="DisabledAt">When it was disabled; null if it is not.</param>
internal sealed record PartnerView(
    Guid Id,
    string Name,
    string Receiver,
    IReadOnlyList<string> EventTypes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DisabledAt
)
{
    public static PartnerView Of(Partner row) =>
        new(row.Id, row.Name, row.Receiver, row.Types, row.CreatedAt, row.DisabledAt);
}
