using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Records the statements that the contexts of a bench execute.</summary>
sealed class Statements : DbCommandInterceptor, IDbTransactionInterceptor
{
    readonly ConcurrentQueue<string> _asked = new();
    int _commits;

    public int Commits => _commits;

    public void On(DbContextOptionsBuilder options) => options.AddInterceptors(this);

    public void Clear()
    {
        _asked.Clear();
        Volatile.Write(ref _commits, 0);
    }

    public int Of(string verb, string column) =>
        _asked.Count(sql =>
            sql.StartsWith(verb, StringComparison.Ordinal) && sql.Contains(column, StringComparison.Ordinal)
        );

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        _asked.Enqueue(command.CommandText);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        _asked.Enqueue(command.CommandText);
        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref _commits);
        return Task.CompletedTask;
    }
}
