using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging.Pauses;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>Pauses and resumes the endpoints of this host as the database says, which is the same for all hosts.</summary>
/// <remarks>
/// It reads the paused endpoints before the bus starts, so that a host does not begin to consume them, and every two seconds after
/// that: one query for a handful of rows. While the database is unavailable, nothing changes.
/// </remarks>
internal sealed class KeepPauses(
    EndpointPauses pauses,
    PauseOnFailures failures,
    WorkSignal<KeepPauses> signal,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<KeepPauses> logger
) : BackgroundService, IHostedLifecycleService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(2);

    HashSet<string> _paused = [];

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        while (true)
            try
            {
                _paused = await Paused(cancellationToken);
                pauses.Begin(_paused);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning(
                    exception,
                    "The paused endpoints could not be read; the host starts when an attempt succeeds"
                );
                await Task.Delay(s_pollInterval, clock, cancellationToken);
            }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var fails = false;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                await signal.Wait(s_pollInterval, stoppingToken);
                await PauseRequested(stoppingToken);
                await Apply(stoppingToken);
                fails = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // Once for each outage.
                if (!fails)
                    logger.LogWarning(
                        exception,
                        "The paused endpoints could not be read; endpoints stay as they are until an attempt succeeds"
                    );
                fails = true;
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    async Task Apply(CancellationToken cancellationToken)
    {
        var paused = await Paused(cancellationToken);
        foreach (var resumed in _paused.Except(paused))
            failures.Resumed(resumed);
        _paused = paused;
        await pauses.Apply(paused, cancellationToken);
    }

    async Task PauseRequested(CancellationToken cancellationToken)
    {
        while (failures.TryPeek(out var requested))
        {
            if (await Add(requested!, cancellationToken))
            {
                pauses.CountAutomatic(requested!.Name);
                logger.LogWarning(
                    "The endpoint {Endpoint} is paused until an operator resumes it: {Reason}",
                    requested.Name,
                    requested.Reason
                );
            }
            failures.Done();
        }
    }

    async Task<bool> Add(PausedEndpoint requested, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        if (await db.Set<PausedEndpoint>().AnyAsync(row => row.Name == requested.Name, cancellationToken))
            return false;
        db.Add(requested);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // An operator or another host has paused it at the same time.
            return false;
        }
    }

    async Task<HashSet<string>> Paused(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var names = await db.Set<PausedEndpoint>().Select(row => row.Name).ToListAsync(cancellationToken);
        return names.ToHashSet(StringComparer.Ordinal);
    }
}
