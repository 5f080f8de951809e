using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>Moves the recovery point past the events that have been handled.</summary>
/// <remarks>
/// Consumers have a minute to handle an event. After that the event is noted as unfinished, so that a single failing message
/// does not stop the point.
/// </remarks>
internal sealed partial class MoveRecoveryPoint(
    IServiceScopeFactory scopes,
    UnhandledEvents unhandled,
    TimeProvider clock,
    ILogger<MoveRecoveryPoint> logger
) : BackgroundService
{
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_ordinary = TimeSpan.FromMinutes(1);

    // More than this is a backlog and not an exception: the point then stays until the consumers have caught up.
    internal const int MaxNoted = 10_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await Move(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(exception, s_interval);
            }
    }

    /// <summary>
    /// Moves the point as far as is possible now. Several processes may do it at once: one of them takes each step.
    /// </summary>
    public async Task Move(CancellationToken cancellationToken)
    {
        await DeleteFinished(cancellationToken);
        while (await Step(cancellationToken)) { }
    }

    async Task DeleteFinished(CancellationToken cancellationToken)
    {
        long after = 0;
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var events = await Noted(db, after).ToListAsync(cancellationToken);
            if (events.Count == 0)
                return;
            after = events[^1].Position!.Value;
            var still = (await unhandled.Among(db, events, cancellationToken))
                .Select(row => row.Event.Position!.Value)
                .ToHashSet();
            var finished = events.Select(row => row.Position!.Value).Where(position => !still.Contains(position));
            await Write(
                db,
                async () =>
                {
                    foreach (var positions in finished.Chunk(UnhandledEvents.Batch))
                        await db.Set<UnfinishedEvent>()
                            .Where(row => positions.Contains(row.Position))
                            .ExecuteDeleteAsync(cancellationToken);
                    return true;
                },
                cancellationToken
            );
        }
    }

    /// <summary>Returns the noted events, in their order.</summary>
    internal static IQueryable<LoggedEvent> Noted(AppDbContext db, long after) =>
        db.Set<UnfinishedEvent>()
            .Where(noted => noted.Position > after)
            .OrderBy(noted => noted.Position)
            .Take(UnhandledEvents.Batch)
            .Join(db.Set<LoggedEvent>(), noted => (long?)noted.Position, row => row.Position, (_, row) => row)
            .OrderBy(row => row.Position)
            .AsNoTracking();

    async Task<bool> Step(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var point = await db.Set<RecoveryPoint>().Select(row => row.Position).SingleAsync(cancellationToken);
        var old = clock.GetUtcNow() - s_ordinary;
        var events = await db.Set<LoggedEvent>()
            .AsNoTracking()
            .Where(row => row.Position > point)
            .OrderBy(row => row.Position)
            .Take(UnhandledEvents.Batch)
            .ToListAsync(cancellationToken);
        events = [.. events.TakeWhile(row => row.Timestamp < old)];
        if (events.Count == 0)
            return false;

        var late = await unhandled.Among(db, events, cancellationToken);
        if (late.Count > 0 && await db.Set<UnfinishedEvent>().CountAsync(cancellationToken) + late.Count > MaxNoted)
            return false;

        return await Write(
            db,
            async () =>
            {
                var moved = await db.Set<RecoveryPoint>()
                    .Where(row => row.Position == point)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(row => row.Position, events[^1].Position!.Value),
                        cancellationToken
                    );
                if (moved == 0)
                    return false; // another process was faster; its next step is ours as well
                db.AddRange(late.Select(row => new UnfinishedEvent { Position = row.Event.Position!.Value }));
                await db.SaveChangesAsync(cancellationToken);
                return events.Count == UnhandledEvents.Batch;
            },
            cancellationToken
        );
    }

    static Task<bool> Write(AppDbContext db, Func<Task<bool>> write, CancellationToken cancellationToken) =>
        db
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(async () =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                var result = await write();
                await transaction.CommitAsync(cancellationToken);
                return result;
            });

    [LoggerMessage(LogLevel.Warning, "The recovery point could not be moved; trying again in {Interval}")]
    partial void LogRetry(Exception exception, TimeSpan interval);
}
