using System.Collections.Concurrent;
using System.Data;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Writes the work of several messages in one transaction and one batch.</summary>
/// <remarks>
/// A unit never waits for others: if nothing is being written, it is written at once, and the units that arrive meanwhile
/// form the next group. A group that fails is rolled back as a whole, and its units are written one by one, so that each one
/// fails or succeeds on its own. If another context could not save a unit's changes with the same meaning, the unit's own
/// context saves them (<see cref="SharedContext{TDbContext}"/>).
/// </remarks>
sealed partial class GroupCommit<TDbContext>(
    IServiceScopeFactory scopes,
    SharedContext<TDbContext> shared,
    OutboxSettings<TDbContext> settings,
    ILogger<GroupCommit<TDbContext>> logger
)
    where TDbContext : DbContext
{
    const int MaxUnits = 50;
    const int MaxDeletions = 1000;

    // SQL Server allows 2100 parameters, and a short list is planned only once.
    const int KeysPerStatement = 100;

    // How long delivered messages wait for a group that also deletes them. If order is kept, other processes wait for the
    // deletion before they send the next messages.
    readonly TimeSpan _deletionDelay = TimeSpan.FromMilliseconds(settings.KeepsOrder ? 20 : 100);

    // Without group commit, the only work here is deletions by key. A stricter level would let a deletion fail if a sweeper
    // claims the message at the same moment.
    IsolationLevel IsolationLevel => settings.GroupsCommits ? settings.IsolationLevel : IsolationLevel.ReadCommitted;

    readonly ConcurrentQueue<Pending> _waiting = new();
    readonly ConcurrentQueue<Deletion> _deletions = new();
    int _writing;
    int _deletionIsDue;

    // Dequeued, but not yet in a group. Only the writer accesses it.
    Pending? _next;

    /// <summary>
    /// Writes and commits the unit, together with others if there are any. Fails as the unit's own SaveChanges would.
    /// </summary>
    /// <remarks>
    /// A cancelled unit is not written if its writing has not begun. A group that is being written is cancelled when all its
    /// callers have cancelled.
    /// </remarks>
    public async Task Commit(UnitOfWork unit, CancellationToken cancellationToken)
    {
        // The consumer may have changed its context in a way that another context does not know of.
        if (!shared.MayWriteFor(unit.Context) || EntityTransfer.Changes(unit.Context) is not { } changes)
        {
            await unit.SaveSeparately(cancellationToken);
            return;
        }

        unit.Entry.HadEffect =
            changes.Count > 0 || unit.Sent.Count > 0 || unit.Scheduled.Count > 0 || unit.Cancelled.Count > 0;
        // Collected here and not by the writer, which works for many callers and must not fail.
        var pending = new Pending(unit, changes, cancellationToken);
        _waiting.Enqueue(pending);
        Start();
        await using (cancellationToken.UnsafeRegister(static pending => ((Pending)pending!).Cancel(), pending))
            await unit.Written;
        unit.End(new AttemptResult.Committed());
    }

    /// <summary>Deletes delivered messages, together with the next group of several units or after a short delay.</summary>
    public Task Delete(IReadOnlyCollection<Guid> ids)
    {
        if (ids.Count == 0)
            return Task.CompletedTask;

        var deletion = new Deletion(ids, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _deletions.Enqueue(deletion);
        _ = StartLater();
        return deletion.Done.Task;

        async Task StartLater()
        {
            await Task.Delay(_deletionDelay);
            if (deletion.Done.Task.IsCompleted)
                return;
            Interlocked.Exchange(ref _deletionIsDue, 1);
            Start();
        }
    }

    void Start()
    {
        if (Interlocked.CompareExchange(ref _writing, 1, 0) != 0)
            return;
        // The writer works for many callers, so it must not run with one caller's trace or log scope.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(Write);
    }

    async Task Write()
    {
        while (true)
        {
            var group = new Group(Interlocked.Exchange(ref _deletionIsDue, 0) == 1);
            Grow(group);
            if (group.Count > 0)
            {
                await Write(group);
                continue;
            }

            Interlocked.Exchange(ref _writing, 0);
            // A caller that enqueued between the last read and the release found the writer busy.
            if (
                (_waiting.IsEmpty && Volatile.Read(ref _deletionIsDue) == 0)
                || Interlocked.CompareExchange(ref _writing, 1, 0) != 0
            )
                return;
        }
    }

    // Two units that change the same row cannot be in one group: the second one starts the next group.
    void Grow(Group group)
    {
        while (group.Units.Count < MaxUnits && (_next is not null || _waiting.TryDequeue(out _next)))
        {
            if (_next.Rows.Exists(group.Rows.Contains))
                break;
            if (_next.TryTake(group))
                group.Add(_next);
            _next = null;
        }

        // The deletion is a round trip of its own, so a single unit does not have to wait for it.
        if (group.Units.Count > 1 || group.DeletionIsDue || (group.Units.Count == 1 && settings.KeepsOrder))
            while (group.DeletionCount < MaxDeletions && _deletions.TryDequeue(out var deletion))
                group.Add(deletion);

        // Deletions that did not fit into the group are due as well, and no timer will report them again.
        if (group.DeletionIsDue && !_deletions.IsEmpty)
            Volatile.Write(ref _deletionIsDue, 1);
    }

    async Task Write(Group group)
    {
        try
        {
            await WriteTogether(group);
        }
        // If the transaction has not begun, no unit is at fault: each one alone would wait just as long for an unavailable
        // database.
        catch (Exception exception) when (group.Count > 1 && group.HasBegun)
        {
            LogWriteAlone(exception, group.Units.Count);
            foreach (var unit in group.Units)
                await WriteAlone(unit);
            foreach (var deletion in group.Deletions)
                await Write(Group.Of(deletion));
            return;
        }
        catch (Exception exception)
        {
            group.Units.ForEach(pending => pending.Unit.NotWritten(exception));
            group.Deletions.ForEach(deletion => deletion.Done.TrySetException(exception));
            return;
        }

        group.Units.ForEach(pending => pending.Unit.WrittenByGroup());
        group.Deletions.ForEach(deletion => deletion.Done.TrySetResult());
    }

    Task WriteAlone(Pending unit)
    {
        var group = Group.Of(unit);
        if (unit.TryTake(group))
            return Write(group);
        unit.NotWritten();
        return Task.CompletedTask;
    }

    async Task WriteTogether(Group group)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        // A failed group is rolled back as a whole, so savepoints, at two round trips each, are never used.
        context.Database.AutoSavepointsEnabled = false;
        try
        {
            await context
                .Database.CreateExecutionStrategy()
                .ExecuteAsync(
                    async cancellationToken =>
                    {
                        context.ChangeTracker.Clear();
                        await using var transaction = await context.Database.BeginTransactionAsync(
                            IsolationLevel,
                            cancellationToken
                        );
                        group.HasBegun = true;
                        // If the database allows only one writer, the transaction may have waited to begin, and more units
                        // may have arrived meanwhile.
                        if (group.MayGrow)
                            Grow(group);
                        await OutboxOrdering.Number(
                            context,
                            group.Units.ConvertAll(pending => pending.Unit.Sent),
                            cancellationToken
                        );
                        await ScheduledMessages.Cancel(
                            context,
                            group.Units.SelectMany(pending => pending.Unit.Cancelled),
                            cancellationToken
                        );
                        foreach (var pending in group.Units)
                            Track(pending, context);
                        if (group.Units.Count > 0)
                            await context.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancellationToken);
                        foreach (
                            var ids in group.Deletions.SelectMany(deletion => deletion.Ids).Chunk(KeysPerStatement)
                        )
                            await context
                                .Set<OutboxMessage>()
                                .Where(row => ids.Contains(row.Id))
                                .ExecuteDeleteAsync(cancellationToken);
                        await transaction.CommitAsync(cancellationToken);
                    },
                    group.Cancelled
                );
        }
        finally
        {
            // The entities belong to the contexts that created them.
            context.ChangeTracker.Clear();
            context.ChangeTracker.AutoDetectChangesEnabled = true;
            context.Database.AutoSavepointsEnabled = true;
        }
    }

    static void Track(Pending pending, DbContext context)
    {
        var unit = pending.Unit;
        foreach (var change in pending.Changes)
            EntityTransfer.Move(change, context);
        if (unit.CachedSaga is { State: EntityState.Unchanged } saga)
        {
            var target = context.Entry(saga.Entity);
            target.State = EntityState.Unchanged;
            UnitOfWork.Compare(target);
        }
        context.Entry(unit.Entry).State = EntityState.Added;
        foreach (var message in unit.Sent)
            context.Entry(message).State = EntityState.Added;
        foreach (var message in unit.Scheduled)
            context.Entry(message).State = EntityState.Added;
    }

    [LoggerMessage(LogLevel.Debug, "Group commit: writing a group failed; its {Count} units are written one by one")]
    partial void LogWriteAlone(Exception reason, int count);

    /// <summary>A unit whose caller waits until it is written or cancelled.</summary>
    sealed class Pending(UnitOfWork unit, List<EntityEntry> changes, CancellationToken cancellationToken)
    {
        readonly Lock _lock = new();
        Group? _group;

        public UnitOfWork Unit => unit;

        public List<EntityEntry> Changes => changes;

        /// <summary>The rows that the unit changes.</summary>
        public List<object> Rows { get; } = [.. changes.Select(EntityTransfer.Row).OfType<object>()];

        /// <summary>Assigns the unit to the group, which then writes it; returns false if it was cancelled before.</summary>
        public bool TryTake(Group group)
        {
            lock (_lock)
            {
                if (cancellationToken.IsCancellationRequested)
                    return false;
                group.Join();
                _group = group;
                return true;
            }
        }

        public void Cancel()
        {
            lock (_lock)
                if (_group is null)
                    NotWritten();
            _group?.Leave();
        }

        /// <summary>Completes the unit as cancelled before it was written.</summary>
        public void NotWritten() => unit.NotWritten(new OperationCanceledException(cancellationToken));
    }

    sealed record Deletion(IReadOnlyCollection<Guid> Ids, TaskCompletionSource Done);

    [SuppressMessage("Design", "CA1001", Justification = "Without a timer there is nothing to dispose of.")]
    sealed class Group(bool deletionIsDue)
    {
        readonly CancellationTokenSource _cancellation = new();
        int _waiting;

        public List<Pending> Units { get; } = [];

        public List<Deletion> Deletions { get; } = [];

        /// <summary>The rows that the units change.</summary>
        public HashSet<object> Rows { get; } = [];

        public bool DeletionIsDue => deletionIsDue;

        /// <summary>
        /// False for a unit or deletion that is written alone, because it may have caused the group's failure.
        /// </summary>
        public bool MayGrow { get; private init; } = true;

        public int DeletionCount { get; private set; }

        /// <summary>Whether the group's transaction has begun.</summary>
        public bool HasBegun { get; set; }

        public int Count => Units.Count + Deletions.Count;

        /// <summary>Cancelled when all callers have cancelled.</summary>
        public CancellationToken Cancelled => _cancellation.Token;

        /// <summary>Adds a waiting caller.</summary>
        public void Join() => Interlocked.Increment(ref _waiting);

        /// <summary>Removes a waiting caller; the group is still written if another one waits.</summary>
        public void Leave()
        {
            if (Interlocked.Decrement(ref _waiting) == 0)
                _cancellation.Cancel();
        }

        public void Add(Pending unit)
        {
            Units.Add(unit);
            Rows.UnionWith(unit.Rows);
        }

        public void Add(Deletion deletion)
        {
            Deletions.Add(deletion);
            DeletionCount += deletion.Ids.Count;
        }

        public static Group Of(Pending unit) => new(deletionIsDue: false) { MayGrow = false, Units = { unit } };

        public static Group Of(Deletion deletion)
        {
            var group = new Group(deletionIsDue: false) { MayGrow = false };
            group.Add(deletion);
            return group;
        }
    }
}
