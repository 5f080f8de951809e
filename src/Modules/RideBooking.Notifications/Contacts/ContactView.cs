namespace RideBooking.Notifications.Contacts;

/// <summary>A rider's profile.</summary>
/// <param name="Email">The address for e-mails; null if the rider wants none.</param>
/// <param name="Language">The language of e-mails; null for the default.</param>
internal sealed record ContactView(string? Email, string? Language)
{
    public static ContactView Of(Contact? contact) => new(contact?.Email, contact?.Language);
}
