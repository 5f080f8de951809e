using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// SQLite has one writer. Without this, a second one sleeps in 150 ms steps on a thread of the pool; with it, writers queue
/// without a thread and in order. Holds for transactions begun through EF, which SaveChanges always does on SQLite here.
/// </summary>
internal sealed class SqliteWriteGate : DbTransactionInterceptor
{
    static readonly ConcurrentDictionary<string, SemaphoreSlim> s_gates = new(StringComparer.Ordinal);
    static readonly ConcurrentDictionary<DbConnection, SemaphoreSlim> s_held = new(ReferenceEqualityComparer.Instance);

    public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default
    )
    {
        if (s_held.ContainsKey(connection))
            return result; // the attempt before failed to begin
        var gate = GateOf(connection);
        await gate.WaitAsync(cancellationToken);
        s_held[connection] = gate;
        return result;
    }

    public override InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result
    )
    {
        if (s_held.ContainsKey(connection))
            return result;
        var gate = GateOf(connection);
        gate.Wait();
        s_held[connection] = gate;
        return result;
    }

    /// <summary>However the transaction ended: its context lets go of the connection then (see <see cref="SqliteOpenConnection"/>).</summary>
    public static void Release(DbConnection connection)
    {
        if (s_held.TryRemove(connection, out var gate))
            gate.Release();
    }

    static SemaphoreSlim GateOf(DbConnection connection) =>
        s_gates.GetOrAdd(connection.DataSource, _ => new SemaphoreSlim(1, 1));
}
