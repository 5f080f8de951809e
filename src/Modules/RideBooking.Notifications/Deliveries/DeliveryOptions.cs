using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Notifications.Deliveries;

/// <summary>How long deliveries are kept.</summary>
/// <param name="KeepFor"><c>Notifications:Deliveries:KeepFor</c>: how long delivered and failed ones are kept.</param>
internal sealed record DeliveryOptions(TimeSpan KeepFor)
{
    public static DeliveryOptions Read(IConfiguration configuration) =>
        new(configuration.Span("Notifications:Deliveries:KeepFor", TimeSpan.FromDays(30)));
}
