using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Selects the rides that have ended and of which nothing is left to pay.</summary>
internal sealed class FinishedRides(AppDbContext db) : IFinishedStreams
{
    static readonly string[] s_ended =
    [
        nameof(RideStatus.Completed),
        nameof(RideStatus.Cancelled),
        nameof(RideStatus.NoDriverFound),
    ];

    static readonly PaymentStatus[] s_unpaid =
    [
        PaymentStatus.Pending,
        PaymentStatus.Authorized,
        PaymentStatus.Retrying,
        PaymentStatus.Outstanding,
    ];

    public async Task<IReadOnlyCollection<string>> Among(
        IReadOnlyCollection<string> streamIds,
        CancellationToken cancellationToken
    )
    {
        var ids = streamIds.Select(id => Guid.TryParse(id, out var ride) ? ride : Guid.Empty).ToList();
        var rides = await db.Set<Ride>()
            .Where(ride => ids.Contains(ride.CorrelationId))
            .Where(ride => s_ended.Contains(ride.Status) && !s_unpaid.Contains(ride.PaymentStatus))
            .Select(ride => ride.CorrelationId)
            .ToListAsync(cancellationToken);
        return rides.Select(id => id.ToString()).ToHashSet(StringComparer.Ordinal);
    }
}
