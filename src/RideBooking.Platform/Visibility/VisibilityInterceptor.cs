using System.Data.Common;
using System.Runtime.CompilerServices;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.EventLog;

namespace RideBooking.Platform.Visibility;

/// <summary>
/// Reports to <see cref="EventVisibility"/> which events this process commits and which messages it has handled, in commit
/// order.
/// </summary>
/// <remarks>It reads the context's change tracker and sends no statement. It runs after <see cref="AppendEvents"/>.</remarks>
internal sealed class VisibilityInterceptor(EventVisibility visibility)
    : SaveChangesInterceptor,
        IDbTransactionInterceptor,
        IGroupCommitInterceptor
{
    // Kept until their transactions end. A transaction that is disposed of without an end is not reported: its id differs from
    // the next one's.
    readonly ConditionalWeakTable<DbContext, Saved> _saved = [];

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Saving(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Saving(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => Forget(eventData.Context);

    public override Task SaveChangesFailedAsync(
        DbContextErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context);
        return Task.CompletedTask;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Committed(eventData);

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Committed(eventData);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) =>
        Forget(eventData.Context);

    public Task TransactionRolledBackAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context);
        return Task.CompletedTask;
    }

    // If the transaction did commit after all, the poll finds it.
    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) =>
        Forget(eventData.Context);

    public Task TransactionFailedAsync(
        DbTransaction transaction,
        TransactionErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context);
        return Task.CompletedTask;
    }

    void Saving(DbContext db)
    {
        var transaction = db.Database.CurrentTransaction?.TransactionId;
        if (_saved.TryGetValue(db, out var earlier) && (transaction is null || earlier.TransactionId != transaction))
            _saved.Remove(db);
        if (!visibility.IsNeeded)
            return;
        List<LoggedEvent> events = [];
        List<(Guid, Guid)> entries = [];
        Dictionary<Guid, Guid?> causes = [];
        foreach (var entry in db.ChangeTracker.Entries())
            if (entry.State == EntityState.Added)
                switch (entry.Entity)
                {
                    case LoggedEvent row:
                        events.Add(row);
                        break;
                    case InboxState inboxEntry:
                        entries.Add((inboxEntry.MessageId, inboxEntry.ConsumerId));
                        break;
                    case OutboxMessage message:
                        causes[message.MessageId] = message.InboxMessageId;
                        break;
                    default:
                        break;
                }
        if (events.Count == 0 && entries.Count == 0)
            return;
        var commit = _saved.GetValue(db, _ => new Saved(transaction, new EventVisibility.Commit([], []))).Commit;
        commit.Events.AddRange(events.Select(row => (row, causes.GetValueOrDefault(row.EventId))));
        commit.InboxEntries.AddRange(entries);
    }

    void Committed(TransactionEndEventData ended)
    {
        if (ended.Context is not { } db || !_saved.TryGetValue(db, out var saved))
            return;
        _saved.Remove(db);
        if (saved.TransactionId is null || saved.TransactionId == ended.TransactionId)
            visibility.Committed(db, saved.Commit);
    }

    void Forget(DbContext? db)
    {
        if (db is not null)
            _saved.Remove(db);
    }

    /// <param name="TransactionId">The caller's transaction; null for the one that SaveChanges begins automatically.</param>
    /// <param name="Commit">What the transaction will have committed.</param>
    sealed record Saved(Guid? TransactionId, EventVisibility.Commit Commit);
}
