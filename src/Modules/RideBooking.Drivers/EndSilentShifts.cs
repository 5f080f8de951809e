using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>Ends the shift of a driver who has shown no sign of life for a while. They return with a new shift.</summary>
/// <remarks>
/// Never during a ride or while the driver has an offer: no reports are needed during a ride, and an offer ends soon. Every host
/// looks for such drivers; for each driver, one conditional update decides which host ends the shift.
/// </remarks>
internal sealed class EndSilentShifts(
    IServiceScopeFactory scopes,
    DriversOptions options,
    TimeProvider clock,
    ILogger<EndSilentShifts> logger
) : BackgroundService
{
    const int AtOnce = 500;

    TimeSpan Interval => options.MaxSilence / 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.MaxSilence == TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await EndShifts(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(
                    exception,
                    "Ending the shifts of silent drivers failed; the next attempt is in {Interval}",
                    Interval
                );
            }
    }

    /// <summary>Ends the shifts of the drivers who are silent now. Returns their number.</summary>
    public async Task<int> EndShifts(CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var (driverId, shiftId) in await FindSilent(cancellationToken))
            if (await TryEnd(driverId, shiftId, cancellationToken))
                ended++;
        return ended;
    }

    async Task<List<(string DriverId, Guid ShiftId)>> FindSilent(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var silent = await Silent(db)
            .OrderBy(driver => driver.OnlineSince)
            .Select(driver => new { driver.DriverId, driver.ShiftId })
            .Take(AtOnce)
            .ToListAsync(cancellationToken);
        return [.. silent.Select(driver => (driver.DriverId, driver.ShiftId!.Value))];
    }

    /// <summary>Queries the drivers on duty who have shown no sign of life, and have neither a ride nor an offer.</summary>
    internal IQueryable<DriverProfile> Silent(AppDbContext db)
    {
        var now = clock.GetUtcNow();
        var since = now - options.MaxSilence;
        var silent = db.Set<DriverPosition>().SilentSince(since);
        return db.Set<DriverProfile>()
            .Where(driver => driver.OnlineSince < since && driver.ShiftId != null)
            .Where(driver => silent.Any(position => position.DriverId == driver.DriverId))
            .Where(driver =>
                !db.Set<DriverAssignment>()
                    .Any(work =>
                        work.DriverId == driver.DriverId
                        && (
                            work.Stage == AssignmentStage.Assigned
                            || (work.Stage == AssignmentStage.Offered && work.ExpiresAt > now)
                        )
                        && !db.Set<EndedRide>().Any(ended => ended.RideId == work.RideId)
                    )
            );
    }

    async Task<bool> TryEnd(string driverId, Guid shiftId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ended = await Silent(db)
            .Where(driver => driver.DriverId == driverId && driver.ShiftId == shiftId)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(shift => shift.ShiftId, (Guid?)null)
                        .SetProperty(shift => shift.OnlineSince, (DateTimeOffset?)null),
                cancellationToken
            );

        // Matching knows of offers and rides whose events have not been consumed here. If it refuses, the shift goes on.
        if (
            ended == 0
            || !await scope
                .ServiceProvider.GetRequiredService<IDriverReservations>()
                .TryEndIdleShift(driverId, shiftId, cancellationToken)
        )
            return false;
        await scope
            .ServiceProvider.GetRequiredService<IPublishEndpoint>()
            .Publish(
                new DriverWentOffline(driverId, shiftId, ShiftEndReason.NotReporting, clock.GetUtcNow()),
                cancellationToken
            );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
