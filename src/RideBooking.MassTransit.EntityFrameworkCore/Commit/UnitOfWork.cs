using System.Collections.Concurrent;
using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>The reads, changes and sent messages of one attempt to handle one message, on its context.</summary>
/// <remarks>
/// By default its transaction begins before the consumer runs, with the inbox entry. With group commit it begins without one:
/// <see cref="GroupCommit{TDbContext}"/> writes the tracked changes after the consumer has finished, together with those of
/// other messages. A consumer that writes earlier (SaveChanges, ExecuteUpdate, SQL, a lock, the connection itself) gets its
/// own transaction at that moment, and everything is committed with it.
/// </remarks>
sealed class UnitOfWork : IAsyncDisposable
{
    // Keyed by the context, because interceptors and saga repositories know nothing else.
    static readonly ConcurrentDictionary<DbContext, UnitOfWork> s_active = new(ReferenceEqualityComparer.Instance);

    readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<Action> _whenCommitted = [];
    readonly List<OutboxMessage> _sent = [];
    readonly List<ScheduledOutboxMessage> _scheduled = [];
    readonly List<Guid> _cancelled = [];
    readonly Lock _lock = new();
    readonly IsolationLevel _isolationLevel;
    bool _hasEnded;
    bool _isEntryStored;
    bool _isSaving;

    public UnitOfWork(DbContext context, InboxState entry, IsolationLevel isolationLevel, bool mayUseCache)
    {
        (Context, Entry, _isolationLevel, MayUseCache) = (context, entry, isolationLevel, mayUseCache);
        s_active[context] = this;
    }

    /// <summary>Returns the active unit on this context, if there is one.</summary>
    public static UnitOfWork? On(DbContext? context) =>
        context is not null && s_active.TryGetValue(context, out var unit) ? unit : null;

    public DbContext Context { get; }

    /// <summary>The entry that this consumer has handled this message; written with everything else.</summary>
    public InboxState Entry { get; }

    /// <summary>The messages that were sent so far, in order.</summary>
    public IReadOnlyList<OutboxMessage> Sent => _sent;

    /// <summary>The messages that were scheduled so far.</summary>
    public IReadOnlyList<ScheduledOutboxMessage> Scheduled => _scheduled;

    /// <summary>The tokens of the scheduled messages that are cancelled.</summary>
    public IReadOnlyList<Guid> Cancelled => _cancelled;

    /// <summary>The unit's own transaction; null while the unit leaves the writing to the group.</summary>
    public IDbContextTransaction? Transaction { get; private set; }

    /// <summary>Whether the unit itself is beginning a transaction.</summary>
    public bool IsBeginning { get; private set; }

    /// <summary>How the attempt ended; null while it may still change or send something, or has to commit its own transaction.</summary>
    public AttemptResult? Result { get; private set; }

    /// <summary>Whether a saga may come from memory; false for a second attempt, which must read the stored saga.</summary>
    public bool MayUseCache { get; }

    /// <summary>A saga that came from memory.</summary>
    /// <remarks>Only the comparison of its version shows whether it is the stored one.</remarks>
    public EntityEntry? CachedSaga { get; set; }

    /// <summary>The turn at the saga; it ends with the attempt.</summary>
    /// <remarks>A unit has one at most, so units never wait for each other in a circle.</remarks>
    public IDisposable? Turn { get; set; }

    /// <summary>Called when the saga from memory is not the stored one.</summary>
    public Action? WhenStale { get; set; }

    /// <summary>Completes when the group has written the unit, or has failed to.</summary>
    public Task Written => _written.Task;

    /// <summary>Adds a message with its own sequence number; a consumer may publish several in parallel.</summary>
    /// <exception cref="ObjectDisposedException">
    /// The attempt has ended. A service of the scope that kept its endpoints would otherwise lose the message; instead, the
    /// consumed message is handled again, in a new scope.
    /// </exception>
    public void Add(Func<long, OutboxMessage> message)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            var added = message(_sent.Count + 1);
            _sent.Add(added);
            // Sent by an interceptor or an override of SaveChanges, while SaveChanges runs.
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

    /// <summary>Adds a message that is sent when it is due.</summary>
    /// <exception cref="ObjectDisposedException">The attempt has ended.</exception>
    public void Schedule(ScheduledOutboxMessage message)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            _scheduled.Add(message);
            if (_isSaving)
                Context.Add(message);
        }
    }

    /// <summary>Cancels a scheduled message, also one of this unit.</summary>
    /// <exception cref="ObjectDisposedException">The attempt has ended.</exception>
    public void Cancel(Guid token)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            _cancelled.Add(token);
            foreach (var message in _scheduled.FindAll(message => message.Token == token))
            {
                _scheduled.Remove(message);
                if (_isSaving)
                    Context.Entry(message).State = EntityState.Detached;
            }
        }
    }

    public void WhenCommitted(Action action) => _whenCommitted.Add(action);

    /// <summary>Ends the attempt. Those who wait for the commit learn of it.</summary>
    public void End(AttemptResult result)
    {
        Result = result;
        if (result is AttemptResult.Committed)
            foreach (var action in _whenCommitted)
                action();
    }

    /// <summary>Commits the unit's own transaction, with what interceptors and filters have added since it was saved.</summary>
    public async Task CommitSeparately(CancellationToken cancellationToken)
    {
        await Context.SaveChangesAsync(cancellationToken);
        await Transaction!.CommitAsync(cancellationToken);
        End(new AttemptResult.Committed());
    }

    public void WrittenByGroup() => _written.TrySetResult();

    public void NotWritten(Exception reason) => _written.TrySetException(reason);

    /// <summary>Begins the unit's own transaction; from then on the unit writes without the group.</summary>
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

    /// <summary>Begins the unit's own transaction and writes the inbox entry.</summary>
    /// <remarks>
    /// A duplicate, in any process, waits at the entry's key until this transaction has ended, and then finds whether the
    /// message was handled.
    /// </remarks>
    public async Task BeginWithInboxEntry(CancellationToken cancellationToken)
    {
        await BeginOwnTransaction(cancellationToken);
        Entry.Consumed = Entry.Delivered = null;
        var entry = Context.Add(Entry);
        await Context.SaveChangesAsync(cancellationToken);
        // The consumer starts with a context that tracks nothing.
        entry.State = EntityState.Detached;
        _isEntryStored = true;
    }

    /// <summary>Writes the changes, the inbox entry and the messages with the unit's own context and transaction.</summary>
    public async Task SaveSeparately(CancellationToken cancellationToken)
    {
        await BeginOwnTransaction(cancellationToken);
        if (CachedSaga is { State: EntityState.Unchanged } saga)
            Compare(saga);
        await OutboxOrdering.Number(Context, [_sent], cancellationToken);
        await ScheduledMessages.Cancel(Context, _cancelled, cancellationToken);
        var cancelled = _cancelled.Count;
        TrackEntry();
        lock (_lock)
        {
            Context.AddRange(_sent);
            Context.AddRange(_scheduled);
            _isSaving = true;
        }
        await Context.SaveChangesAsync(cancellationToken);
        // By an interceptor, during SaveChanges.
        await ScheduledMessages.Cancel(
            Context,
            _cancelled.GetRange(cancelled, _cancelled.Count - cancelled),
            cancellationToken
        );
    }

    void TrackEntry()
    {
        // The consumer may have read the entry.
        foreach (var read in Context.ChangeTracker.Entries<InboxState>().ToList())
            if (read.Entity.MessageId == Entry.MessageId && read.Entity.ConsumerId == Entry.ConsumerId)
                read.State = EntityState.Detached;
        if (_isEntryStored)
        {
            var entry = Context.Attach(Entry);
            entry.Property(stored => stored.Consumed).IsModified = true;
            entry.Property(stored => stored.Delivered).IsModified = true;
        }
        else
            Context.Add(Entry);
    }

    /// <summary>Makes SaveChanges compare the saga's version, even if the saga is unchanged.</summary>
    /// <remarks>A decision based on a saga from memory holds only if it is the stored one.</remarks>
    public static void Compare(EntityEntry saga)
    {
        foreach (var token in saga.Metadata.GetProperties().Where(property => property.IsConcurrencyToken))
            saga.Property(token.Name).IsModified = true;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _hasEnded = true;
        s_active.TryRemove(Context, out _);
        try
        {
            if (Transaction is not null)
                await Transaction.DisposeAsync();
        }
        finally
        {
            Turn?.Dispose();
        }
    }
}
