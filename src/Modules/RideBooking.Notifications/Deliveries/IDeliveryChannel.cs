using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Deliveries;

/// <summary>A way out of the system.</summary>
internal interface IDeliveryChannel
{
    /// <summary>One of <see cref="DeliveryChannel"/>.</summary>
    string Name { get; }

    /// <summary>Whether it is set up. Deliveries of a channel that is not wait.</summary>
    bool IsOn { get; }

    /// <summary>Makes one attempt, within <see cref="SendDeliveries.Timeout"/>.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="logged">Its event, as the log has it now.</param>
    /// <param name="db">To find the recipient.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    Task<DeliveryResult> Send(
        Delivery delivery,
        LoggedEvent logged,
        AppDbContext db,
        CancellationToken cancellationToken
    );
}

/// <summary>The names of the channels, as they are stored.</summary>
internal static class DeliveryChannel
{
    public const string Email = "email";
    public const string Webhook = "webhook";
}

/// <summary>What came of an attempt.</summary>
/// <param name="Error">Why it failed, without personal data; null if it did not.</param>
/// <param name="IsPermanent">Whether another attempt would be in vain.</param>
internal sealed record DeliveryResult(string? Error, bool IsPermanent)
{
    public static DeliveryResult Delivered { get; } = new(null, false);

    public static DeliveryResult Failed(string error) => new(error, false);

    public static DeliveryResult Refused(string error) => new(error, true);
}
