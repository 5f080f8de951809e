using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Carries out redrives, including those of processes that died.</summary>
/// <remarks>
/// A redrive is claimed for a limited time. A message is recorded as redriven after the transport has accepted it. A process that
/// dies in between causes a second send with the same message id, which the inbox handles once. A process that was too slow to
/// prolong its claim notices that another one has it, and stops.
/// </remarks>
internal sealed class RunRedrives(
    IErrorQueues queues,
    IServiceScopeFactory scopes,
    WorkSignal<RunRedrives> signal,
    TimeProvider clock,
    ILogger<RunRedrives> logger
) : BackgroundService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_claim = TimeSpan.FromSeconds(10);

    // How long one step may take: progress is recorded, and a pause noticed, between steps.
    static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);
    const int MaxBatch = 100;

    // The messages of the in-memory transport that wait in this process.
    const int MaxPending = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                while (await Claim(stoppingToken) is { } redrive)
                    await Run(redrive, stoppingToken);
                await signal.Wait(s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // The broker or the database is unavailable. When the claim expires, the redrive continues where it stopped.
                logger.LogWarning(
                    exception,
                    "A redrive was interrupted; it continues automatically when its claim expires"
                );
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    async Task<Redrive?> Claim(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var free = await db.Set<Redrive>()
            .AsNoTracking()
            .Where(row => row.FinishedAt == null && row.Status != WorkStatus.Paused)
            // A claim that ends later than any claim can was made by a host whose clock differs.
            .Where(row => row.ClaimedUntil <= now || row.ClaimedUntil > now + 2 * s_claim)
            .OrderBy(row => row.ClaimedUntil)
            .FirstOrDefaultAsync(cancellationToken);
        if (free is null)
            return null;
        var until = now + s_claim;
        var mine = await db.Set<Redrive>()
            .Where(row => row.Id == free.Id && row.FinishedAt == null && row.ClaimedUntil == free.ClaimedUntil)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, until), cancellationToken);
        free.ClaimedUntil = until;
        return mine == 1 ? free : null;
    }

    async Task Run(Redrive redrive, CancellationToken cancellationToken)
    {
        // The messages that were sent and would not survive the death of this process yet.
        var pending = new Dictionary<string, Task>();
        string? error = null;
        while (true)
        {
            var began = clock.GetTimestamp();
            var (status, next) = await Next(redrive, pending.Keys, cancellationToken);
            if (status != WorkStatus.Running)
                next = [];
            var sent = 0;
            try
            {
                foreach (var message in next)
                {
                    pending[message.Id] = await queues.SendBack(message.Message(), cancellationToken);
                    sent++;
                    if (clock.GetElapsedTime(began) > s_step)
                        break;
                }
            }
            catch (QueueNotFoundException exception)
            {
                (status, error) = (WorkStatus.Failed, exception.Message);
            }
            catch when (sent > 0)
            {
                // What was sent must not be sent again when the redrive continues.
                await Record(redrive, pending);
                throw;
            }
            if (pending.Count > 0 && (next.Count == 0 || pending.Count >= MaxPending))
                await Task.WhenAny(Task.WhenAll(pending.Values), Task.Delay(s_step, clock, cancellationToken));
            if (!await Record(redrive, pending))
            {
                logger.LogWarning("Redrive {RedriveId} is continued by another host", redrive.Id);
                return;
            }

            if (error is not null || (next.Count == 0 && (pending.Count == 0 || status != WorkStatus.Running)))
            {
                await End(redrive, status, error, cancellationToken);
                return;
            }
            if (redrive.RatePerSecond is { } rate)
            {
                var left = TimeSpan.FromSeconds((double)sent / rate) - clock.GetElapsedTime(began);
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, clock, cancellationToken);
            }
        }
    }

    /// <summary>Returns the redrive's current status and its next messages, the oldest first.</summary>
    async Task<(string Status, List<StoredMessage> Next)> Next(
        Redrive redrive,
        IReadOnlyCollection<string> pending,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var status = await db.Set<Redrive>()
            .Where(row => row.Id == redrive.Id)
            .Select(row => row.Status)
            .SingleAsync(cancellationToken);
        var next = await Remaining(db, redrive)
            .AsNoTracking()
            .Where(row => !pending.Contains(row.Id))
            .OldestFirst()
            .Take(Math.Min(redrive.RatePerSecond ?? MaxBatch, MaxBatch))
            .ToListAsync(cancellationToken);
        return (status, next);
    }

    static IQueryable<StoredMessage> Remaining(AppDbContext db, Redrive redrive) =>
        db.Set<StoredMessage>().Where(row => row.RedriveId == redrive.Id && row.Status == StoredMessage.Redriving);

    /// <summary>Records the messages that are handled or safe with the broker, and prolongs the claim.</summary>
    /// <remarks>It cannot be cancelled: a host that stops would leave what it has sent to be sent again.</remarks>
    /// <returns>Whether this process still has the claim.</returns>
    async Task<bool> Record(Redrive redrive, Dictionary<string, Task> pending)
    {
        var done = pending.Where(message => message.Value.IsCompleted).Select(message => message.Key).ToList();
        var now = clock.GetUtcNow();
        var line = new HistoryEntry(HistoryEntry.Redriven, now, redrive.RequestedBy, redrive.Reason, redrive.Id).Line();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var recorded =
            done.Count == 0
                ? 0
                : await Remaining(db, redrive)
                    .Where(row => done.Contains(row.Id))
                    .ExecuteUpdateAsync(set =>
                        set.SetProperty(row => row.Status, StoredMessage.Redriven)
                            .SetProperty(row => row.StatusAt, now)
                            .SetProperty(row => row.History, row => row.History + line)
                    );
        if (recorded > 0)
            await db.Set<Redrive>()
                .Where(row => row.Id == redrive.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sent, row => row.Sent + recorded));
        var until = now + s_claim;
        var mine = await Claimed(db, redrive)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, until));
        await transaction.CommitAsync();
        redrive.ClaimedUntil = until;
        foreach (var id in done)
            pending.Remove(id);
        return mine == 1;
    }

    /// <summary>Returns the redrive if this process still has the claim.</summary>
    static IQueryable<Redrive> Claimed(AppDbContext db, Redrive redrive) =>
        db.Set<Redrive>().Where(row => row.Id == redrive.Id && row.ClaimedUntil == redrive.ClaimedUntil);

    /// <summary>
    /// Ends the work on a redrive: it is completed, failed, cancelled or paused. Unless it is paused, messages that were not sent
    /// are failed messages again.
    /// </summary>
    async Task End(Redrive redrive, string status, string? error, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (status == WorkStatus.Paused)
            await Claimed(db, redrive)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, now), cancellationToken);
        else
        {
            await Remaining(db, redrive)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Status, StoredMessage.Failed).SetProperty(row => row.StatusAt, now),
                    cancellationToken
                );
            // A command that came meanwhile finds an ended redrive.
            var end = status == WorkStatus.Running ? WorkStatus.Completed : status;
            var ended = await Claimed(db, redrive)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Status, row => row.Status == WorkStatus.Cancelled ? row.Status : end)
                            .SetProperty(row => row.Error, error)
                            .SetProperty(row => row.FinishedAt, now),
                    cancellationToken
                );
            // Another process has claimed it meanwhile, and ends it.
            if (ended == 0)
                return;
        }
        await transaction.CommitAsync(cancellationToken);
        logger.LogInformation(
            "Redrive {RedriveId} by {By} of {Selected} messages: {Status}",
            redrive.Id,
            redrive.RequestedBy,
            redrive.Selected,
            status == WorkStatus.Running ? WorkStatus.Completed : status
        );
    }
}
