using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Rides;

/// <summary>Reschedules the search deadline of every ride that waits for a driver.</summary>
/// <remarks>A second timer of the same search finds that search ended and changes nothing.</remarks>
internal sealed class ResumeSearchDeadlines(AppDbContext db, IMessageScheduler scheduler, RideTimes times)
    : IRecoverableWork
{
    const int AtOnce = 500;

    public string Name => "rides that wait for a driver";

    public IReadOnlyCollection<Type> Messages => [typeof(SearchDeadlinePassed)];

    public async Task<int> Republish(CancellationToken cancellationToken)
    {
        var total = 0;
        for (var (last, lastId) = ("", Guid.Empty); ; )
        {
            // Reads the index of active rides, so the cost does not depend on the number of ended rides.
            var rides = await db.Set<Ride>()
                .Where(ride =>
                    ride.ActiveRiderId != null
                    && (
                        string.Compare(ride.ActiveRiderId, last) > 0
                        || (ride.ActiveRiderId == last && ride.CorrelationId > lastId)
                    )
                )
                .OrderBy(ride => ride.ActiveRiderId)
                .ThenBy(ride => ride.CorrelationId)
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
            (last, lastId) = (rides[^1].ActiveRiderId!, rides[^1].CorrelationId);
            // A ride that is booked ahead has no deadline before its search.
            foreach (
                var ride in rides.Where(ride => ride.Status == nameof(RideStateMachine.Requested) && ride.Search > 0)
            )
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
