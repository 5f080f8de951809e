using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Tells those who have saved messages within a transaction of the caller's when that transaction ends, for a context has
/// no event for it.
/// </summary>
sealed class CommitInterceptor : DbTransactionInterceptor
{
    public static readonly CommitInterceptor Instance = new();

    // By the database's transaction: several contexts may share one. A transaction that is never ended leaves nothing behind. Npgsql
    // uses one object for many transactions, one after the other, so each action knows EF's id of its own.
    static readonly ConditionalWeakTable<DbTransaction, Watched> s_watched = [];

    /// <summary>
    /// Calls back when the transaction has committed. True says that all that was saved in it was committed; false, that the
    /// database knows.
    /// </summary>
    public static void WhenCommitted(IDbContextTransaction transaction, Action<bool> action)
    {
        var watched = s_watched.GetOrCreateValue(transaction.GetDbTransaction());
        lock (watched)
            watched.Actions.Add((transaction.TransactionId, action));
    }

    public override DbTransaction TransactionStarted(
        DbConnection connection,
        TransactionEndEventData eventData,
        DbTransaction result
    ) => Started(result);

    public override ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection,
        TransactionEndEventData eventData,
        DbTransaction result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(Started(result));

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Committed(transaction, eventData.TransactionId);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Committed(transaction, eventData.TransactionId);
        return Task.CompletedTask;
    }

    public override void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) =>
        RolledBackInPart(transaction);

    public override Task RolledBackToSavepointAsync(
        DbTransaction transaction,
        TransactionEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        RolledBackInPart(transaction);
        return Task.CompletedTask;
    }

    // What is left of an earlier transaction of the same object was rolled back, or ended without telling.
    static DbTransaction Started(DbTransaction transaction)
    {
        s_watched.Remove(transaction);
        return transaction;
    }

    static void Committed(DbTransaction transaction, Guid transactionId)
    {
        if (!s_watched.TryGetValue(transaction, out var watched))
            return;
        s_watched.Remove(transaction);
        lock (watched)
            foreach (var (id, action) in watched.Actions)
                action(id == transactionId && !watched.IsRolledBackInPart);
    }

    static void RolledBackInPart(DbTransaction transaction)
    {
        if (!s_watched.TryGetValue(transaction, out var watched))
            return;
        lock (watched)
            watched.IsRolledBackInPart = true;
    }

    sealed class Watched
    {
        public List<(Guid TransactionId, Action<bool> Action)> Actions { get; } = [];

        public bool IsRolledBackInPart { get; set; }
    }
}

/// <summary>
/// Lets the contexts that have an outbox tell of their commits: those given to AddEntityFrameworkOutbox, and those derived
/// from them.
/// </summary>
sealed class CommitInterceptorConfiguration<TContext>(IEnumerable<OutboxOf> outboxes)
    : IDbContextOptionsConfiguration<TContext>
    where TContext : DbContext
{
    public void Configure(IServiceProvider serviceProvider, DbContextOptionsBuilder optionsBuilder)
    {
        if (outboxes.Any(outbox => outbox.Context.IsAssignableFrom(typeof(TContext))))
            optionsBuilder.AddInterceptors(CommitInterceptor.Instance);
    }
}

/// <summary>Says that a context has an outbox.</summary>
sealed record OutboxOf(Type Context);
