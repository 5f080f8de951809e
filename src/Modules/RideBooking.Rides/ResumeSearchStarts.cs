using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Rides;

/// <summary>Reschedules the start of the search of every ride that is booked ahead.</summary>
/// <remarks>A second timer of the same ride finds that the search has started and changes nothing.</remarks>
internal sealed class ResumeSearchStarts(AppDbContext db, IMessageScheduler scheduler) : IRecoverableWork
{
    const int AtOnce = 500;

    public string Name => "rides that are booked ahead";

    public IReadOnlyCollection<Type> Messages => [typeof(SearchStartDue)];

    public async Task<int> Republish(CancellationToken cancellationToken)
    {
        var total = 0;
        for (var last = Guid.Empty; ; )
        {
            var rides = await db.Set<Ride>()
                .Where(ride => ride.ActiveRiderId != null && ride.PickupAt != null && ride.Search == 0)
                .Where(ride => ride.CorrelationId > last)
                .OrderBy(ride => ride.CorrelationId)
                .Select(ride => new
                {
                    ride.CorrelationId,
                    ride.Search,
                    ride.SearchAt,
                })
                .Take(AtOnce)
                .ToListAsync(cancellationToken);
            if (rides.Count == 0)
                return total;
            last = rides[^1].CorrelationId;
            total += rides.Count;
            foreach (var ride in rides)
                await scheduler.SchedulePublish(
                    ride.SearchAt!.Value.UtcDateTime,
                    new SearchStartDue(ride.CorrelationId, ride.Search),
                    cancellationToken
                );
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }
}
