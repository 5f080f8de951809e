using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Tells other modules the statuses of rides.</summary>
internal sealed class StatusesOfRides(AppDbContext db) : IRideStatuses
{
    public IQueryable<StatusOfRide> All =>
        db.Set<Ride>().Select(ride => new StatusOfRide { RideId = ride.CorrelationId, Status = ride.Status });
}
