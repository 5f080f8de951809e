using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Which addresses webhooks may have.</summary>
/// <param name="AllowPrivateTargets">
/// <c>Notifications:Webhooks:AllowPrivateTargets</c>: whether http and private addresses are allowed, for partners in the same
/// network and for tests.
/// </param>
internal sealed record WebhookOptions(bool AllowPrivateTargets)
{
    public static WebhookOptions Read(IConfiguration configuration) =>
        new(configuration.TrueOrFalse("Notifications:Webhooks:AllowPrivateTargets", defaultValue: false));
}
