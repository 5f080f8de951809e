using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Rides;

/// <summary>
/// Sets the timer again that ends the search for a driver, for every ride that waits for one. A second timer of the same
/// search finds it ended and changes nothing.
/// </summary>
internal sealed class ResumeSearchDeadlines(AppDbContext db, IMessageScheduler scheduler, RideTimes times)
    : IRecoverableWork
{
    const int AtOnce = 500;

    public string Name => "rides that wait for a driver";

    public IReadOnlyCollection<Type> Messages => [typeof(SearchDeadlinePassed)];

    public async Task<int> Republish(CancellationToken cancellationToken)
    {
        var total = 0;
        for (var last = ""; ; )
        {
            // By the unique index of the riders under way, whatever the number of rides that ended.
            var rides = await db.Set<Ride>()
                .Where(ride => ride.ActiveRiderId != null && string.Compare(ride.ActiveRiderId, last) > 0)
                .OrderBy(ride => ride.ActiveRiderId)
                .Select(ride => new
                {
                    ride.CorrelationId,
                    ride.ActiveRiderId,
                    ride.Status,
                    ride.Search,
                    ride.SearchStartedAt,
                })
                .Take(AtOnce)
                .ToListAsync(cancellationToken);
            if (rides.Count == 0)
                return total;
            last = rides[^1].ActiveRiderId!;
            foreach (var ride in rides.Where(ride => ride.Status == nameof(RideStateMachine.Requested)))
            {
                total++;
                await scheduler.SchedulePublish(
                    (ride.SearchStartedAt + times.SearchDeadline).UtcDateTime,
                    new SearchDeadlinePassed(ride.CorrelationId, ride.Search),
                    cancellationToken
                );
            }
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }
}
