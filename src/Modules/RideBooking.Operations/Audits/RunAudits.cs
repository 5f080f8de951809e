using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Audits;

/// <summary>Carries out audits, including those of processes that died, which begin again.</summary>
/// <remarks>
/// An audit reads the log once in the order of positions, and compares each ride when it meets the ride's first event. A ride
/// that deviates may be changing, or wait for an event that another module has published. So it is compared again until it
/// agrees, or until it has deviated from the same events for <see cref="AuditOptions.SettleTime"/>.
/// </remarks>
internal sealed class RunAudits(
    IServiceScopeFactory scopes,
    WorkSignal<RunAudits> signal,
    AuditOptions options,
    TimeProvider clock,
    ILogger<RunAudits> logger
) : BackgroundService
{
    const int Batch = 500;
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_claim = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                while (await Claim(stoppingToken) is { } audit)
                    await Run(audit, stoppingToken);
                await signal.Wait(s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // The database is unavailable. When the claim expires, the audit begins again.
                logger.LogWarning(exception, "An audit was interrupted; it begins again when its claim expires");
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    async Task<Audit?> Claim(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var free = await db.Set<Audit>()
            .AsNoTracking()
            .Where(row => row.Status == WorkStatus.Running)
            // A claim that ends later than any claim can was made by a host whose clock differs.
            .Where(row => row.ClaimedUntil <= now || row.ClaimedUntil > now + 2 * s_claim)
            .OrderBy(row => row.ClaimedUntil)
            .FirstOrDefaultAsync(cancellationToken);
        if (free is null)
            return null;
        var mine = await db.Set<Audit>()
            .Where(row =>
                row.Id == free.Id && row.Status == WorkStatus.Running && row.ClaimedUntil == free.ClaimedUntil
            )
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, now + s_claim), cancellationToken);
        return mine == 1 ? free : null;
    }

    async Task Run(Audit audit, CancellationToken cancellationToken)
    {
        (audit.Position, audit.Rides, audit.DeviationCount, audit.Deviations) = (0, 0, 0, "[]");
        var run = new AuditRun(audit, options.SettleTime, clock);
        do
        {
            if (!await Record(audit, cancellationToken))
                return;
        } while (await InScope((db, states) => run.VerifyNext(db, states, Batch, cancellationToken)));
        do
        {
            if (!await Record(audit, cancellationToken))
                return;
        } while (await InScope((_, states) => run.CompareUnlogged(states, Batch, cancellationToken)));
        while (await InScope((_, states) => run.CompareAgain(states, cancellationToken)))
        {
            if (!await Record(audit, cancellationToken))
                return;
            await Task.Delay(s_again, clock, cancellationToken);
        }
        audit.Status = WorkStatus.Completed;
        audit.FinishedAt = clock.GetUtcNow();
        if (await Record(audit, cancellationToken))
            logger.LogInformation(
                "Audit {AuditId} by {By} verified {Events} events and {Rides} rides: {Deviations} deviations",
                audit.Id,
                audit.RequestedBy,
                audit.Position,
                audit.Rides,
                audit.DeviationCount
            );
    }

    /// <summary>Records the progress and prolongs the claim.</summary>
    /// <returns>False when the audit was cancelled meanwhile.</returns>
    Task<bool> Record(Audit audit, CancellationToken cancellationToken) =>
        InScope(
            async (db, _) =>
                await db.Set<Audit>()
                    .Where(row => row.Id == audit.Id && row.Status == WorkStatus.Running)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(row => row.Status, audit.Status)
                                .SetProperty(row => row.Position, audit.Position)
                                .SetProperty(row => row.LastPosition, audit.LastPosition)
                                .SetProperty(row => row.Rides, audit.Rides)
                                .SetProperty(row => row.DeviationCount, audit.DeviationCount)
                                .SetProperty(row => row.Deviations, audit.Deviations)
                                .SetProperty(row => row.FinishedAt, audit.FinishedAt)
                                .SetProperty(row => row.ClaimedUntil, clock.GetUtcNow() + s_claim),
                        cancellationToken
                    ) == 1
        );

    // Each step has a context of its own, because a step may take long and the next must see what was committed meanwhile.
    async Task<bool> InScope(Func<AppDbContext, IReadOnlyList<IAuditedState>, Task<bool>> step)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await step(
            scope.ServiceProvider.GetRequiredService<AppDbContext>(),
            [.. scope.ServiceProvider.GetServices<IAuditedState>()]
        );
    }
}
