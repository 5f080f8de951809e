using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Calls back when the changes of a SaveChanges are committed, regardless of who owns the transaction.</summary>
/// <remarks>
/// The contexts given to <c>AddEntityFrameworkOutbox</c>, and those derived from them, have it as their first interceptor. A context has
/// no event for the end of a caller's transaction.
/// </remarks>
public sealed class AfterCommit : SaveChangesInterceptor, IDbTransactionInterceptor, IGroupCommitInterceptor
{
    internal static readonly AfterCommit Instance = new();

    // The callbacks of the SaveChanges that runs. A SaveChanges that did not begin or failed leaves its own until the next one.
    static readonly ConditionalWeakTable<DbContext, List<Callback>> s_saving = [];

    // Keyed by the database's transaction, because several contexts may share one. The table is weak, so a transaction that
    // never ends leaves nothing behind. Npgsql reuses one object for consecutive transactions, so each callback stores EF
    // Core's transaction id.
    static readonly ConditionalWeakTable<DbTransaction, Watched> s_watched = [];

    AfterCommit() { }

    /// <summary>Calls back when the changes of the SaveChanges that runs are committed. For interceptors of SavingChanges.</summary>
    /// <param name="context">The context that saves.</param>
    /// <param name="callback">
    /// Gets true if everything that was saved is committed, and false if a part of it may have been rolled back. It is not called if
    /// the outcome is a rollback, or remains unknown. It must not throw.
    /// </param>
    /// <param name="isLast">Whether it is called after those that are not, also after those of later saves in the transaction.</param>
    public static void OfSaving(DbContext context, Action<bool> callback, bool isLast = false) =>
        s_saving.GetOrCreateValue(context).Add(new Callback(callback, isLast));

    /// <summary>
    /// Calls back when the changes are committed that the context has just saved: at once, or after the caller's transaction.
    /// </summary>
    /// <param name="context">The context that has saved.</param>
    /// <param name="callback"><inheritdoc cref="OfSaving" path="/param[@name='callback']"/></param>
    internal static void OfSaved(DbContext context, Action<bool> callback) =>
        OfSaved(context, new Callback(callback, IsLast: false));

    static void OfSaved(DbContext context, Callback callback)
    {
        if (context.Database.CurrentTransaction is { } transaction)
        {
            var watched = s_watched.GetOrCreateValue(transaction.GetDbTransaction());
            lock (watched)
                watched.Callbacks.Add((transaction.TransactionId, callback));
        }
        else if ((context.Database.GetEnlistedTransaction() ?? Transaction.Current) is { } ambient)
            ambient.TransactionCompleted += (_, ended) =>
            {
                // Not every provider takes part in the ambient transaction.
                if (ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                    callback.Run(false);
            };
        else
            callback.Run(true);
    }

    /// <inheritdoc />
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        s_saving.Remove(eventData.Context!);
        return result;
    }

    /// <inheritdoc />
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(SavingChanges(eventData, result));

    /// <inheritdoc />
    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (s_saving.TryGetValue(eventData.Context!, out var callbacks))
        {
            s_saving.Remove(eventData.Context!);
            foreach (var callback in callbacks.OrderBy(callback => callback.IsLast))
                OfSaved(eventData.Context!, callback);
        }
        return result;
    }

    /// <inheritdoc />
    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData,
        int result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(SavedChanges(eventData, result));

    /// <inheritdoc />
    /// <remarks>Callbacks of an earlier transaction of the same object are stale: it was rolled back, or ended unnoticed.</remarks>
    public DbTransaction TransactionStarted(
        DbConnection connection,
        TransactionEndEventData eventData,
        DbTransaction result
    )
    {
        s_watched.Remove(result);
        return result;
    }

    /// <inheritdoc cref="TransactionStarted"/>
    public ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection,
        TransactionEndEventData eventData,
        DbTransaction result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(TransactionStarted(connection, eventData, result));

    /// <inheritdoc />
    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
    {
        if (!s_watched.TryGetValue(transaction, out var watched))
            return;
        s_watched.Remove(transaction);
        lock (watched)
            foreach (var (id, callback) in watched.Callbacks.OrderBy(watched => watched.Callback.IsLast))
                callback.Run(id == eventData.TransactionId && !watched.IsRolledBackInPart);
    }

    /// <inheritdoc />
    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        TransactionCommitted(transaction, eventData);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    /// <remarks>EF Core does so when a SaveChanges in the caller's transaction fails, after which the caller may still commit.</remarks>
    public void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData)
    {
        if (!s_watched.TryGetValue(transaction, out var watched))
            return;
        lock (watched)
            watched.IsRolledBackInPart = true;
    }

    /// <inheritdoc cref="RolledBackToSavepoint"/>
    public Task RolledBackToSavepointAsync(
        DbTransaction transaction,
        TransactionEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        RolledBackToSavepoint(transaction, eventData);
        return Task.CompletedTask;
    }

    sealed record Callback(Action<bool> Run, bool IsLast);

    sealed class Watched
    {
        public List<(Guid TransactionId, Callback Callback)> Callbacks { get; } = [];

        public bool IsRolledBackInPart { get; set; }
    }
}
