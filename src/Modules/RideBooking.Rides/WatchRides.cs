using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;
using RideBooking.Positions;

namespace RideBooking.Rides;

/// <summary>Tells rides in progress that their driver is silent, or that they are overdue and their timer did not fire.</summary>
/// <remarks>
/// Positions are no messages, so nothing announces their absence. A timer may be lost with the broker's queues, and rides that
/// an earlier version started have none. The messages are harmless in any number: a ride is flagged once for each cause.
/// </remarks>
internal sealed class WatchRides(
    IServiceScopeFactory scopes,
    StuckRides stuck,
    RideRules rules,
    TimeProvider clock,
    ILogger<WatchRides> logger
) : BackgroundService, IRecoverableWork
{
    const int AtOnce = 500;

    static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    public string Name => "rides in progress";

    public IReadOnlyCollection<Type> Messages => [typeof(RideBecameOverdue), typeof(DriverWentSilent)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await Check(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(
                    exception,
                    "Checking the rides in progress failed; the next check is in {Interval}",
                    s_interval
                );
            }
    }

    /// <summary>Publishes again what the rides need to know.</summary>
    /// <remarks>A timer that is lost before it is due is replaced when it is overdue, by the regular check.</remarks>
    public Task<int> Republish(CancellationToken cancellationToken) => Check(cancellationToken);

    /// <summary>Runs one check. Returns the number of messages that it published.</summary>
    public async Task<int> Check(CancellationToken cancellationToken)
    {
        var total = 0;
        for (var last = ""; ; )
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
            var now = clock.GetUtcNow();
            // Reads the unique index of active riders, so the cost does not depend on the number of ended rides.
            var rides = await db.Set<Ride>()
                .AsNoTracking()
                .Where(stuck.At(db, now))
                .Where(ride => ride.Status == nameof(RideStatus.InProgress))
                .Where(ride => string.Compare(ride.ActiveRiderId, last) > 0)
                .OrderBy(ride => ride.ActiveRiderId)
                .Take(AtOnce)
                .Select(ride => new
                {
                    Ride = ride,
                    SeenAt = db.Set<DriverPosition>()
                        .Where(position => position.DriverId == ride.DriverId)
                        .Select(position => (DateTimeOffset?)position.At)
                        .FirstOrDefault(),
                })
                .ToListAsync(cancellationToken);
            if (rides.Count == 0)
                return total;
            last = rides[^1].Ride.ActiveRiderId!;
            foreach (var (ride, seenAt) in rides.Select(it => (it.Ride, it.SeenAt)))
            {
                var startedAt = ride.StartedAt!.Value;
                var since = seenAt > startedAt ? seenAt.Value : startedAt;
                if (since < now - rules.SilentAfter && !ride.HasFlag(RideFlags.DriverSilent))
                {
                    total++;
                    await publish.Publish(
                        new DriverWentSilent(ride.CorrelationId, ride.DriverId!, since),
                        cancellationToken
                    );
                }
                if (ride.OverdueSince(rules) < now && !ride.HasFlag(RideFlags.Overdue))
                {
                    total++;
                    await publish.Publish(new RideBecameOverdue(ride.CorrelationId), cancellationToken);
                }
            }
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
