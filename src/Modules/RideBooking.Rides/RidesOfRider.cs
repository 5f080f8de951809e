using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Tells other modules which rides a rider requested.</summary>
internal sealed class RidesOfRider(AppDbContext db) : IRidesOfRider
{
    public async Task<IReadOnlyList<Guid>> List(string riderId, CancellationToken cancellationToken) =>
        await db.Set<Ride>()
            .Where(ride => ride.RiderId == riderId)
            .Select(ride => ride.CorrelationId)
            .ToListAsync(cancellationToken);
}
