using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Calls back when a transaction in which messages were saved has committed.</summary>
/// <remarks>The caller owns that transaction, and a context has no event for its end.</remarks>
sealed class CommitInterceptor : DbTransactionInterceptor
{
    public static readonly CommitInterceptor Instance = new();

    // Keyed by the database's transaction, because several contexts may share one. The table is weak, so a transaction that
    // never ends leaves nothing behind. Npgsql reuses one object for consecutive transactions, so each action stores EF
    // Core's transaction id.
    static readonly ConditionalWeakTable<DbTransaction, Watched> s_watched = [];

    /// <summary>
    /// Calls back when the transaction has committed: with true if everything saved in it was committed, with false if the
    /// database has to be asked.
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

    // Actions of an earlier transaction of the same object are stale: it was rolled back, or ended unnoticed.
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
/// Adds the commit interceptor to the contexts that have an outbox: those given to AddEntityFrameworkOutbox, and those
/// derived from them.
/// </summary>
sealed class CommitInterceptorConfiguration<TContext>(IEnumerable<OutboxRegistration> outboxes)
    : IDbContextOptionsConfiguration<TContext>
    where TContext : DbContext
{
    public void Configure(IServiceProvider serviceProvider, DbContextOptionsBuilder optionsBuilder)
    {
        if (outboxes.Any(outbox => outbox.Context.IsAssignableFrom(typeof(TContext))))
            optionsBuilder.AddInterceptors(CommitInterceptor.Instance);
    }
}

/// <summary>Registers that a context has an outbox.</summary>
sealed record OutboxRegistration(Type Context);
