using System.Collections.Concurrent;
using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// What one attempt at one message reads, changes and sends on its context. By default its transaction begins before the
/// consumer does, with the inbox row. With group commit it begins without one: what is only tracked when the consumer is done
/// is written by <see cref="GroupCommit{TDbContext}"/>, together with others' work. A consumer that writes before (SaveChanges,
/// ExecuteUpdate, SQL, a lock, the connection itself) gets a transaction of its own at that moment, and everything is committed
/// with it.
/// </summary>
sealed class UnitOfWork : IAsyncDisposable
{
    // Keyed by the context, for that is all that an interceptor and a saga repository know.
    static readonly ConcurrentDictionary<DbContext, UnitOfWork> s_underWay = new(ReferenceEqualityComparer.Instance);

    readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<Action> _whenCommitted = [];
    readonly List<OutboxMessage> _sent = [];
    readonly Lock _lock = new();
    readonly IsolationLevel _isolationLevel;
    bool _isOver;
    bool _isMarkStored;
    bool _isSaving;

    public UnitOfWork(DbContext context, InboxState mark, IsolationLevel isolationLevel, bool mayUseCache)
    {
        (Context, Entry, _isolationLevel, MayUseCache) = (context, mark, isolationLevel, mayUseCache);
        s_underWay[context] = this;
    }

    /// <summary>The unit under way on this context, if one is.</summary>
    public static UnitOfWork? On(DbContext? context) =>
        context is not null && s_underWay.TryGetValue(context, out var unit) ? unit : null;

    public DbContext Context { get; }

    /// <summary>That this consumer has handled this message; written with everything else.</summary>
    public InboxState Entry { get; }

    /// <summary>What was sent so far, in order.</summary>
    public IReadOnlyList<OutboxMessage> Sent => _sent;

    /// <summary>The unit's own transaction; null as long as it leaves the writing to the group.</summary>
    public IDbContextTransaction? Transaction { get; private set; }

    /// <summary>A transaction is being begun by the unit itself.</summary>
    public bool IsBeginning { get; private set; }

    /// <summary>Whether everything is committed: by the group, or by the unit itself.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>Whether a saga may come from memory; not for a second attempt, which must see the stored one.</summary>
    public bool MayUseCache { get; }

    /// <summary>A saga that came from memory. It is only known to be the stored one when its version has been compared.</summary>
    public EntityEntry? CachedSaga { get; set; }

    /// <summary>Called when the saga from memory turns out not to be the stored one.</summary>
    public Action? WhenStale { get; set; }

    /// <summary>The inbox knows the message: by another delivery, or by this one, whose answer was lost.</summary>
    public bool WasHandledBefore { get; set; }

    /// <summary>Why a unit with a saga from memory could not be written.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Ends when the group has written the unit, or failed to.</summary>
    public Task Written => _written.Task;

    /// <summary>Takes a message down, under a sequence number of its own; a consumer may publish several side by side.</summary>
    /// <exception cref="ObjectDisposedException">
    /// The attempt is over. Whoever kept its endpoints, as a service of the scope may do, would send into nowhere: the message is
    /// handled once more, in a new scope.
    /// </exception>
    public void Add(Func<long, OutboxMessage> message)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            var added = message(_sent.Count + 1);
            _sent.Add(added);
            // Sent by an interceptor or an override of SaveChanges, while everything is being saved.
            if (!_isSaving)
                return;
            OutboxOrdering.Number(
                Context,
                [
                    [added],
                ]
            );
            Context.Add(added);
        }
    }

    public void WhenCommitted(Action action) => _whenCommitted.Add(action);

    public void Committed()
    {
        IsCommitted = true;
        foreach (var action in _whenCommitted)
            action();
    }

    public void WrittenByGroup() => _written.TrySetResult();

    public void NotWritten(Exception reason) => _written.TrySetException(reason);

    /// <summary>From here on the unit writes by itself.</summary>
    public async Task BeginOwnTransaction(CancellationToken cancellationToken)
    {
        if (Transaction is not null)
            return;
        IsBeginning = true;
        try
        {
            Transaction = await Context.Database.BeginTransactionAsync(_isolationLevel, cancellationToken);
        }
        finally
        {
            IsBeginning = false;
        }
    }

    /// <inheritdoc cref="BeginOwnTransaction(CancellationToken)"/>
    public void BeginOwnTransaction()
    {
        if (Transaction is not null)
            return;
        IsBeginning = true;
        try
        {
            Transaction = Context.Database.BeginTransaction(_isolationLevel);
        }
        finally
        {
            IsBeginning = false;
        }
    }

    /// <summary>
    /// Begins the unit's own transaction with the inbox row: another delivery of the message, in whichever process, waits at the
    /// row's key until this one has ended, and finds then whether the message was handled.
    /// </summary>
    public async Task BeginWithMark(CancellationToken cancellationToken)
    {
        await BeginOwnTransaction(cancellationToken);
        Entry.Consumed = Entry.Delivered = null;
        var mark = Context.Add(Entry);
        await Context.SaveChangesAsync(cancellationToken);
        // The consumer finds a context that tracks nothing.
        mark.State = EntityState.Detached;
        _isMarkStored = true;
    }

    /// <summary>Writes mark and messages, too, with the unit's own context and transaction.</summary>
    public async Task SaveSeparately(CancellationToken cancellationToken)
    {
        await BeginOwnTransaction(cancellationToken);
        if (CachedSaga is { State: EntityState.Unchanged } saga)
            Compare(saga);
        await OutboxOrdering.Number(Context, [_sent], cancellationToken);
        TrackMark();
        lock (_lock)
        {
            Context.AddRange(_sent);
            _isSaving = true;
        }
        await Context.SaveChangesAsync(cancellationToken);
    }

    void TrackMark()
    {
        // The consumer may have read it.
        foreach (var read in Context.ChangeTracker.Entries<InboxState>().ToList())
            if (read.Entity.MessageId == Entry.MessageId && read.Entity.ConsumerId == Entry.ConsumerId)
                read.State = EntityState.Detached;
        if (_isMarkStored)
        {
            var mark = Context.Attach(Entry);
            mark.Property(stored => stored.Consumed).IsModified = true;
            mark.Property(stored => stored.Delivered).IsModified = true;
        }
        else
            Context.Add(Entry);
    }

    /// <summary>
    /// Has the saga's version compared when it is written, changed or not: what was decided by one from memory holds only if it is
    /// the stored one.
    /// </summary>
    public static void Compare(EntityEntry saga)
    {
        foreach (var token in saga.Metadata.GetProperties().Where(property => property.IsConcurrencyToken))
            saga.Property(token.Name).IsModified = true;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _isOver = true;
        s_underWay.TryRemove(Context, out _);
        if (Transaction is not null)
            await Transaction.DisposeAsync();
    }
}
