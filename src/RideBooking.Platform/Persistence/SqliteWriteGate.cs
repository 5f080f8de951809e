using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// SQLite has one writer. Without this, a second one sleeps in 150 ms steps on a thread of the pool; with it, writers queue
/// without a thread and in order. Holds for transactions begun through EF, which SaveChanges always does on SQLite here.
/// </summary>
internal sealed class SqliteWriteGate : DbTransactionInterceptor, IDbConnectionInterceptor
{
    static readonly ConcurrentDictionary<string, SemaphoreSlim> s_gates = new(StringComparer.Ordinal);

    readonly ConditionalWeakTable<DbConnection, Held> _held = [];

    public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default
    )
    {
        if (_held.TryGetValue(connection, out _))
            return result; // the attempt before failed to begin
        var gate = GateOf(connection);
        await gate.WaitAsync(cancellationToken);
        _held.Add(connection, new Held(gate));
        return result;
    }

    public override InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result
    )
    {
        if (_held.TryGetValue(connection, out _))
            return result;
        var gate = GateOf(connection);
        gate.Wait();
        _held.Add(connection, new Held(gate));
        return result;
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Release(eventData.Context?.Database);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Release(eventData.Context?.Database);
        return Task.CompletedTask;
    }

    public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) =>
        Release(eventData.Context?.Database);

    public override Task TransactionRolledBackAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Release(eventData.Context?.Database);
        return Task.CompletedTask;
    }

    // Disposed without a commit or rollback, or failed: the connection's closing is what always comes.
    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => Release(connection);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Release(connection);
        return Task.CompletedTask;
    }

    public ValueTask<InterceptionResult> ConnectionDisposingAsync(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result
    )
    {
        Release(connection);
        return ValueTask.FromResult(result);
    }

    public InterceptionResult ConnectionDisposing(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result
    )
    {
        Release(connection);
        return result;
    }

    static SemaphoreSlim GateOf(DbConnection connection) =>
        s_gates.GetOrAdd(connection.DataSource, _ => new SemaphoreSlim(1, 1));

    void Release(DatabaseFacade? database)
    {
        if (database is not null)
            Release(database.GetDbConnection());
    }

    void Release(DbConnection connection)
    {
        if (_held.TryGetValue(connection, out var held) && _held.Remove(connection))
            held.Gate.Release();
    }

    sealed record Held(SemaphoreSlim Gate);
}
