using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>Reports which endpoints are paused.</summary>
internal sealed class EndpointsPaused(AppDbContext db, ReceiveEndpoints endpoints) : IGaugeSource
{
    static readonly Gauge s_paused = new(
        "ridebooking.endpoint.paused",
        "{endpoint}",
        "1 when an endpoint is paused until an operator resumes it, else 0",
        "endpoint"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_paused];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var paused = await db.Set<PausedEndpoint>().Select(row => row.Name).ToListAsync(cancellationToken);
        return [.. endpoints.Names.Select(name => s_paused.Reads(paused.Contains(name) ? 1 : 0, name))];
    }
}
