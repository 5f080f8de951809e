using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Queues the writers of a SQLite database, which allows one at a time. Without it a second writer blocks a thread of the
/// pool.
/// </summary>
/// <remarks>
/// Requests and all other writers wait in two queues, each in order, and the queues alternate. A group of messages is one
/// transaction, and hundreds of requests are hundreds of transactions: in one queue, everything that follows from requests
/// would wait for all requests that arrived meanwhile. It covers transactions that EF begins, which includes every
/// SaveChanges here, and single statements that write without one (ExecuteUpdate, ExecuteDelete, ExecuteSql).
/// </remarks>
internal sealed class SqliteWriteGate : DbTransactionInterceptor, IDbCommandInterceptor
{
    static readonly ConcurrentDictionary<string, Gate> s_gates = new(StringComparer.Ordinal);
    static readonly ConcurrentDictionary<DbConnection, Gate> s_held = new(ReferenceEqualityComparer.Instance);
    static readonly AsyncLocal<bool> s_isRequest = new();

    /// <summary>Marks all that follows in this flow of control as done for a request from outside.</summary>
    public static void BeginRequest() => s_isRequest.Value = true;

    public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default
    )
    {
        await Enter(connection, cancellationToken);
        return result;
    }

    /// <inheritdoc />
    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        if (IsSingleWrite(command, eventData))
            await Enter(command.Connection!, cancellationToken);
        return result;
    }

    /// <inheritdoc />
    public InterceptionResult<int> NonQueryExecuting(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result
    )
    {
        if (IsSingleWrite(command, eventData))
            Enter(command.Connection!);
        return result;
    }

    public override InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result
    )
    {
        Enter(connection);
        return result;
    }

    /// <summary>Lets the next writer in.</summary>
    /// <remarks>
    /// Called when the context closes the connection, regardless of how its transaction or statement ended (see <see
    /// cref="SqliteOpenConnection"/>).
    /// </remarks>
    public static void Release(DbConnection connection)
    {
        if (s_held.TryRemove(connection, out var gate))
            gate.Leave();
    }

    static bool IsSingleWrite(DbCommand command, CommandEventData eventData) =>
        command.Transaction is null
        && eventData.CommandSource
            is CommandSource.ExecuteUpdate
                or CommandSource.ExecuteDelete
                or CommandSource.ExecuteSqlRaw;

    static async ValueTask Enter(DbConnection connection, CancellationToken cancellationToken)
    {
        if (s_held.ContainsKey(connection))
            return; // the previous attempt failed to begin
        var gate = GateOf(connection);
        await gate.Enter(s_isRequest.Value, cancellationToken);
        s_held[connection] = gate;
    }

    // A synchronous writer can wait only by blocking.
    static void Enter(DbConnection connection) =>
        Enter(connection, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    static Gate GateOf(DbConnection connection) => s_gates.GetOrAdd(connection.DataSource, _ => new Gate());

    sealed class Gate
    {
        readonly Lock _lock = new();
        readonly Queue<TaskCompletionSource> _requests = [];
        readonly Queue<TaskCompletionSource> _others = [];
        bool _isHeld;
        bool _requestWasLast;

        public async Task Enter(bool isRequest, CancellationToken cancellationToken)
        {
            TaskCompletionSource waiter;
            lock (_lock)
            {
                if (!_isHeld)
                {
                    (_isHeld, _requestWasLast) = (true, isRequest);
                    return;
                }
                waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (isRequest ? _requests : _others).Enqueue(waiter);
            }
            await using (cancellationToken.UnsafeRegister(_ => waiter.TrySetCanceled(cancellationToken), null))
                await waiter.Task;
        }

        public void Leave()
        {
            lock (_lock)
            {
                while (Next() is { } waiter)
                    if (waiter.TrySetResult())
                        return;
                _isHeld = false;
            }
        }

        TaskCompletionSource? Next()
        {
            var isRequest = _others.Count == 0 || (!_requestWasLast && _requests.Count > 0);
            if (!(isRequest ? _requests : _others).TryDequeue(out var waiter))
                return null;
            _requestWasLast = isRequest;
            return waiter;
        }
    }
}
