using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Writes the work of several messages in one transaction and one batch. It never waits for company: a unit that comes while
/// nothing is being written is written at once, and those that come meanwhile form the next group. A group that fails is
/// undone whole and its units are written one by one, so that each fails or succeeds by itself. What a context of another scope
/// would write with another meaning is left to the unit's own (<see cref="SharedContext{TDbContext}"/>).
/// </summary>
sealed partial class GroupCommit<TDbContext>(
    IServiceScopeFactory scopes,
    SharedContext<TDbContext> shared,
    OutboxSettings<TDbContext> settings,
    ILogger<GroupCommit<TDbContext>> logger
)
    where TDbContext : DbContext
{
    const int MaxUnits = 50;
    const int MaxDeletes = 1000;

    // SQL Server takes 2100 parameters, and a short list is planned once.
    const int KeysPerStatement = 100;

    // How long delivered messages wait for a group that takes their deletion along. Where order is kept other processes wait for
    // the deletion, to send what comes behind.
    readonly TimeSpan _patience = TimeSpan.FromMilliseconds(settings.KeepsOrder ? 20 : 100);

    readonly ConcurrentQueue<Pending> _waiting = new();
    readonly ConcurrentQueue<Deletion> _deletions = new();
    int _writing;
    int _deletionIsDue;

    // Taken from those that wait, and not yet in a group. Only the one who writes knows it.
    Pending? _apart;

    /// <summary>
    /// Writes and commits the unit, with others where there are some. Fails as the unit's own SaveChanges would. Given up, it is
    /// not written if nobody has begun to; what is being written is given up when all have given it up who wait for it.
    /// </summary>
    public async Task Commit(UnitOfWork unit, CancellationToken cancellationToken)
    {
        // The consumer may have done something to its context that another one does not know of.
        if (!shared.MayWriteFor(unit.Context) || EntityTransfer.Changes(unit.Context) is not { } changes)
        {
            await unit.SaveSeparately(cancellationToken);
            return;
        }

        // Here and not by the writer, whom nothing may stop: it works for many.
        var pending = new Pending(unit, changes, cancellationToken);
        _waiting.Enqueue(pending);
        Start();
        await using (cancellationToken.UnsafeRegister(static pending => ((Pending)pending!).GiveUp(), pending))
            await unit.Written;
        unit.Committed();
    }

    /// <summary>Deletes delivered messages along with the next group of several, or soon.</summary>
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
            await Task.Delay(_patience);
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
        // It works for many: no one message's trace or log scope goes with it.
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
            // What came between the look and the release has found somebody writing.
            if (
                (_waiting.IsEmpty && Volatile.Read(ref _deletionIsDue) == 0)
                || Interlocked.CompareExchange(ref _writing, 1, 0) != 0
            )
                return;
        }
    }

    // Two units that change one row cannot be in one group: the second is the first of the next.
    void Grow(Group group)
    {
        while (group.Units.Count < MaxUnits && (_apart is not null || _waiting.TryDequeue(out _apart)))
        {
            if (_apart.Rows.Exists(group.Rows.Contains))
                break;
            if (_apart.TryTake(group))
                group.Add(_apart);
            _apart = null;
        }

        // It is a round trip of its own, so who comes alone is not made to wait for it.
        if (group.Units.Count > 1 || group.DeletionIsDue || (group.Units.Count == 1 && settings.KeepsOrder))
            while (group.Deletes < MaxDeletes && _deletions.TryDequeue(out var deletion))
                group.Add(deletion);

        // Those beyond what one group takes have had their time, too, and nobody comes a second time to say so.
        if (group.DeletionIsDue && !_deletions.IsEmpty)
            Volatile.Write(ref _deletionIsDue, 1);
    }

    async Task Write(Group group)
    {
        try
        {
            await WriteTogether(group);
        }
        // Before it has begun it is no member's fault: each by itself would wait as long for a database that is away.
        catch (Exception exception) when (group.Count > 1 && group.HasBegun)
        {
            LogApart(exception, group.Units.Count);
            foreach (var unit in group.Units)
                await WriteApart(unit);
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

    Task WriteApart(Pending unit)
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
        // What fails is undone whole: nobody goes back to a savepoint, and each costs two round trips.
        context.Database.AutoSavepointsEnabled = false;
        try
        {
            await context
                .Database.CreateExecutionStrategy()
                .ExecuteAsync(
                    async givenUp =>
                    {
                        context.ChangeTracker.Clear();
                        await using var transaction = await context.Database.BeginTransactionAsync(
                            settings.IsolationLevel,
                            givenUp
                        );
                        group.HasBegun = true;
                        // Where a database has one writer, its turn has come only now, and others have come meanwhile.
                        if (group.MayGrow)
                            Grow(group);
                        await OutboxOrdering.Number(
                            context,
                            group.Units.ConvertAll(pending => pending.Unit.Sent),
                            givenUp
                        );
                        foreach (var pending in group.Units)
                            Track(pending, context);
                        if (group.Units.Count > 0)
                            await context.SaveChangesAsync(acceptAllChangesOnSuccess: false, givenUp);
                        foreach (
                            var ids in group.Deletions.SelectMany(deletion => deletion.Ids).Chunk(KeysPerStatement)
                        )
                            await context
                                .Set<OutboxMessage>()
                                .Where(row => ids.Contains(row.Id))
                                .ExecuteDeleteAsync(givenUp);
                        await transaction.CommitAsync(givenUp);
                    },
                    group.GivenUp
                );
        }
        finally
        {
            // The entities go back to those who made them.
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
    }

    [LoggerMessage(LogLevel.Debug, "Group commit: {Count} units are written one by one")]
    partial void LogApart(Exception reason, int count);

    /// <summary>A unit that somebody waits for, until it is written or given up.</summary>
    sealed class Pending(UnitOfWork unit, List<EntityEntry> changes, CancellationToken givenUp)
    {
        readonly Lock _lock = new();
        Group? _group;

        public UnitOfWork Unit => unit;

        public List<EntityEntry> Changes => changes;

        /// <summary>The rows that it changes.</summary>
        public List<object> Rows { get; } = [.. changes.Select(EntityTransfer.Row).OfType<object>()];

        /// <summary>From here on it is the group's to write; false if it was given up before.</summary>
        public bool TryTake(Group group)
        {
            lock (_lock)
            {
                if (givenUp.IsCancellationRequested)
                    return false;
                group.Join();
                _group = group;
                return true;
            }
        }

        public void GiveUp()
        {
            lock (_lock)
                if (_group is null)
                    NotWritten();
            _group?.Leave();
        }

        /// <summary>Given up before it was written.</summary>
        public void NotWritten() => unit.NotWritten(new OperationCanceledException(givenUp));
    }

    sealed record Deletion(IReadOnlyCollection<Guid> Ids, TaskCompletionSource Done);

    [SuppressMessage("Design", "CA1001", Justification = "Without a timer there is nothing to dispose of.")]
    sealed class Group(bool deletionIsDue)
    {
        readonly CancellationTokenSource _givenUp = new();
        int _waiting;

        public List<Pending> Units { get; } = [];

        public List<Deletion> Deletions { get; } = [];

        /// <summary>The rows that the units change.</summary>
        public HashSet<object> Rows { get; } = [];

        public bool DeletionIsDue => deletionIsDue;

        /// <summary>False for what is written apart because it may be what has failed.</summary>
        public bool MayGrow { get; private init; } = true;

        public int Deletes { get; private set; }

        /// <summary>Whether its transaction has begun.</summary>
        public bool HasBegun { get; set; }

        public int Count => Units.Count + Deletions.Count;

        /// <summary>When nobody waits for it any more.</summary>
        public CancellationToken GivenUp => _givenUp.Token;

        /// <summary>One more waits for it.</summary>
        public void Join() => Interlocked.Increment(ref _waiting);

        /// <summary>One waits no longer; it still is written if another does.</summary>
        public void Leave()
        {
            if (Interlocked.Decrement(ref _waiting) == 0)
                _givenUp.Cancel();
        }

        public void Add(Pending unit)
        {
            Units.Add(unit);
            Rows.UnionWith(unit.Rows);
        }

        public void Add(Deletion deletion)
        {
            Deletions.Add(deletion);
            Deletes += deletion.Ids.Count;
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
