using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Deliveries;

/// <summary>Reports how many e-mails and webhooks have failed and wait for an operator.</summary>
internal sealed class FailedDeliveries(AppDbContext db) : IGaugeSource
{
    static readonly Gauge s_failed = new(
        "ridebooking.deliveries.failed",
        "{delivery}",
        "E-mails and webhooks that failed at every attempt and wait for an operator",
        "channel"
    );

    static readonly IReadOnlyList<string> s_channels = [DeliveryChannel.Email, DeliveryChannel.Webhook];

    public static IReadOnlyList<Gauge> Gauges => [s_failed];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var counts = await db.Set<Delivery>()
            .Where(row => row.Status == Delivery.Failed)
            .GroupBy(row => row.Channel)
            .Select(channel => new { channel.Key, Count = channel.Count() })
            .ToDictionaryAsync(channel => channel.Key, channel => channel.Count, cancellationToken);
        return [.. s_channels.Select(channel => s_failed.Reads(counts.GetValueOrDefault(channel), channel))];
    }
}
