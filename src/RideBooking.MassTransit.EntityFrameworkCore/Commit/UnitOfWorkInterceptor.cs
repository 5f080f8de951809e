using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Begins the unit of work's transaction when a consumer is about to write on its own. Plain queries run without one.
/// </summary>
sealed class UnitOfWorkInterceptor
    : DbCommandInterceptor,
        ISaveChangesInterceptor,
        IDbTransactionInterceptor,
        IGroupCommitInterceptor
{
    public static readonly UnitOfWorkInterceptor Instance = new();

    // EF Core reports a query that is composed over a locking statement as a plain query.
    static readonly string[] s_locks =
    [
        "FOR UPDATE",
        "FOR NO KEY UPDATE",
        "FOR SHARE",
        "FOR KEY SHARE",
        "UPDLOCK",
        "XLOCK",
        "TABLOCKX",
        "HOLDLOCK",
    ];

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        if (WritesSeparately(command, eventData) is { } unit)
            await Join(unit, command, cancellationToken);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        if (WritesSeparately(command, eventData) is { } unit)
            await Join(unit, command, cancellationToken);
        return result;
    }

    public override async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<object> result,
        CancellationToken cancellationToken = default
    )
    {
        if (WritesSeparately(command, eventData) is { } unit)
            await Join(unit, command, cancellationToken);
        return result;
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result
    )
    {
        Join(WritesSeparately(command, eventData), command);
        return result;
    }

    public override InterceptionResult<int> NonQueryExecuting(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result
    )
    {
        Join(WritesSeparately(command, eventData), command);
        return result;
    }

    public override InterceptionResult<object> ScalarExecuting(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<object> result
    )
    {
        Join(WritesSeparately(command, eventData), command);
        return result;
    }

    // Runs before EF Core looks for a transaction, because it would begin and commit its own.
    public async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        if (UnitOfWork.On(eventData.Context) is { Transaction: null } unit)
            await unit.BeginOwnTransaction(cancellationToken);
        return result;
    }

    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (UnitOfWork.On(eventData.Context) is { Transaction: null } unit)
            unit.BeginOwnTransaction();
        return result;
    }

    public ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(TransactionStarting(connection, eventData, result));

    public InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result
    ) =>
        UnitOfWork.On(eventData.Context) is { Transaction: null, IsBeginning: false }
            ? throw new InvalidOperationException(
                "The outbox controls the message's transaction: it begins when the consumer writes, and ends when the message is handled."
            )
            : result;

    static UnitOfWork? WritesSeparately(DbCommand command, CommandEventData eventData) =>
        UnitOfWork.On(eventData.Context) is { Transaction: null } unit
        && (
            eventData.CommandSource != CommandSource.LinqQuery
            || Array.Exists(s_locks, text => command.CommandText.Contains(text, StringComparison.OrdinalIgnoreCase))
        )
            ? unit
            : null;

    static async Task Join(UnitOfWork unit, DbCommand command, CancellationToken cancellationToken)
    {
        await unit.BeginOwnTransaction(cancellationToken);
        command.Transaction = unit.Transaction!.GetDbTransaction();
    }

    static void Join(UnitOfWork? unit, DbCommand command)
    {
        if (unit is null)
            return;
        unit.BeginOwnTransaction();
        command.Transaction = unit.Transaction!.GetDbTransaction();
    }
}
