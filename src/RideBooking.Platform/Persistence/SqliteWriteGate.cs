using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// SQLite has one writer. Without this, a second one sleeps in 150 ms steps on a thread of the pool; with it, writers queue
/// without a thread. Requests and all others stand in two queues, each in order, and take turns: a group of messages is one
/// transaction and hundreds of requests are hundreds, so in one queue everything that follows from requests would wait for
/// all requests that came meanwhile. Holds for transactions begun through EF, which SaveChanges always does on SQLite here.
/// </summary>
internal sealed class SqliteWriteGate : DbTransactionInterceptor
{
    static readonly ConcurrentDictionary<string, Gate> s_gates = new(StringComparer.Ordinal);
    static readonly ConcurrentDictionary<DbConnection, Gate> s_held = new(ReferenceEqualityComparer.Instance);
    static readonly AsyncLocal<bool> s_isRequest = new();

    /// <summary>From here on everything in this flow of control is done for a request from outside.</summary>
    public static void BeginRequest() => s_isRequest.Value = true;

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
        await gate.Enter(s_isRequest.Value, cancellationToken);
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
        // A synchronous transaction can only wait by blocking.
        gate.Enter(s_isRequest.Value, CancellationToken.None).GetAwaiter().GetResult();
        s_held[connection] = gate;
        return result;
    }

    /// <summary>However the transaction ended: its context lets go of the connection then (see <see cref="SqliteOpenConnection"/>).</summary>
    public static void Release(DbConnection connection)
    {
        if (s_held.TryRemove(connection, out var gate))
            gate.Leave();
    }

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
            TaskCompletionSource turn;
            lock (_lock)
            {
                if (!_isHeld)
                {
                    (_isHeld, _requestWasLast) = (true, isRequest);
                    return;
                }
                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (isRequest ? _requests : _others).Enqueue(turn);
            }
            await using (cancellationToken.UnsafeRegister(_ => turn.TrySetCanceled(cancellationToken), null))
                await turn.Task;
        }

        public void Leave()
        {
            lock (_lock)
            {
                while (Next() is { } turn)
                    if (turn.TrySetResult())
                        return;
                _isHeld = false;
            }
        }

        TaskCompletionSource? Next()
        {
            var isRequest = _others.Count == 0 || (!_requestWasLast && _requests.Count > 0);
            if (!(isRequest ? _requests : _others).TryDequeue(out var turn))
                return null;
            _requestWasLast = isRequest;
            return turn;
        }
    }
}
