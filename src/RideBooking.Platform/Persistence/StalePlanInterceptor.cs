using System.Collections.Concurrent;
using System.Data.Common;
using MassTransit;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Reruns prepared statements that PostgreSQL refuses after a table was altered ("cached plan must not change result type").
/// </summary>
/// <remarks>
/// PostgreSQL refuses a statement whose result has changed once per connection. The statement runs again with a fresh plan,
/// and every other connection discards its plans when it is next taken from the pool. Within a transaction only the whole
/// transaction can run again: there the exception counts as a conflict to be retried (<see
/// cref="DatabaseConflicts.IsStalePlan"/>).
/// </remarks>
internal sealed class StalePlanInterceptor : DbCommandInterceptor, IDbConnectionInterceptor
{
    // The plans that a connection has discarded, by its process on the server. Filled only after a table was altered.
    readonly ConcurrentDictionary<int, int> _forgotten = new();
    int _changes;

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        if (result.HasResult || command.Connection is not NpgsqlConnection connection)
            return result;
        try
        {
            return InterceptionResult<DbDataReader>.SuppressWithResult(
                await command.ExecuteReaderAsync(cancellationToken)
            );
        }
        catch (PostgresException exception) when (DatabaseConflicts.IsStalePlan(exception))
        {
            Interlocked.Increment(ref _changes);
            if (command.Transaction is not null)
                throw;
            Forget(connection);
            return result;
        }
    }

    public Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (
            Volatile.Read(ref _changes) is > 0 and var changes
            && connection is NpgsqlConnection server
            && _forgotten.GetValueOrDefault(server.ProcessID) < changes
        )
            Forget(server);
    }

    void Forget(NpgsqlConnection connection)
    {
        var changes = Volatile.Read(ref _changes);
        connection.UnprepareAll();
        _forgotten[connection.ProcessID] = changes;
    }
}
