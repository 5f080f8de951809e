using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Tells those who have saved messages within a transaction of the caller's when that transaction ends, for a context has
/// no event for it.
/// </summary>
sealed class CommitInterceptor : DbTransactionInterceptor
{
    public static readonly CommitInterceptor Instance = new();

    // By the database's transaction: several contexts may share one. A transaction that is never ended leaves nothing behind.
    static readonly ConditionalWeakTable<DbTransaction, Watched> s_watched = [];

    /// <summary>Calls back when the transaction has committed. True says that all that was saved in it was committed.</summary>
    public static void WhenCommitted(DbTransaction transaction, Action<bool> action)
    {
        var watched = s_watched.GetOrCreateValue(transaction);
        lock (watched)
            watched.Actions.Add(action);
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Committed(transaction);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Committed(transaction);
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

    static void Committed(DbTransaction transaction)
    {
        if (!s_watched.TryGetValue(transaction, out var watched))
            return;
        s_watched.Remove(transaction);
        lock (watched)
            foreach (var action in watched.Actions)
                action(!watched.IsRolledBackInPart);
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
        public List<Action<bool>> Actions { get; } = [];

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
