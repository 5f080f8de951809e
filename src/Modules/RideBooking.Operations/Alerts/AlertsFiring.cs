using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Reports how many alerts fire.</summary>
internal sealed class AlertsFiring(AppDbContext db) : IGaugeSource
{
    static readonly Gauge s_firing = new(
        "ridebooking.alerts",
        "{alert}",
        "Alerts of the hosts that fire, which are not those of Prometheus",
        "alert"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_firing];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var counts = await db.Set<Alert>()
            .Where(row => row.EndedAt == null)
            .GroupBy(row => row.Name)
            .Select(alert => new { alert.Key, Count = alert.Count() })
            .ToDictionaryAsync(alert => alert.Key, alert => alert.Count, cancellationToken);
        return [.. AlertNames.All.Select(name => s_firing.Reads(counts.GetValueOrDefault(name), name))];
    }
}
