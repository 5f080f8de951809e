using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Sqlite.Storage.Internal;
using Microsoft.EntityFrameworkCore.Storage;

#pragma warning disable EF1001 // No public API controls how a connection is closed.

namespace RideBooking.Platform.Persistence;

/// <summary>Keeps a context's connection open for the life of the pooled context.</summary>
/// <remarks>
/// Opening a connection registers a dozen functions of EF's own in the database, and closing it removes them. Measured, this
/// costs more than all the application's statements.
/// </remarks>
internal sealed class SqliteOpenConnection(
    RelationalConnectionDependencies dependencies,
    IRawSqlCommandBuilder rawSql,
    IDiagnosticsLogger<DbLoggerCategory.Infrastructure> logger
) : SqliteRelationalConnection(dependencies, rawSql, logger)
{
    DbConnection? _made;

    protected override DbConnection CreateDbConnection() => _made = base.CreateDbConnection();

    protected override void CloseDbConnection() { }

    protected override Task CloseDbConnectionAsync() => Task.CompletedTask;

    public override bool Close()
    {
        var closed = base.Close();
        ReleaseGate();
        return closed;
    }

    public override async Task<bool> CloseAsync()
    {
        var closed = await base.CloseAsync();
        ReleaseGate();
        return closed;
    }

    protected override void ResetState(bool disposeDbConnection)
    {
        base.ResetState(disposeDbConnection);
        ReleaseGate();
    }

    protected override async ValueTask ResetStateAsync(bool disposeDbConnection)
    {
        await base.ResetStateAsync(disposeDbConnection);
        ReleaseGate();
    }

    // A transaction that ends, by commit, rollback or disposal, closes what it has opened, and is no longer the current one.
    void ReleaseGate()
    {
        if (CurrentTransaction is null && _made is not null)
            SqliteWriteGate.Release(_made);
    }
}

internal static class SqliteOpenConnectionExtensions
{
    /// <summary>
    /// Adds both together: a gate entered when a transaction begins is left when its connection is released.
    /// </summary>
    public static DbContextOptionsBuilder UseOpenConnection(this DbContextOptionsBuilder db, SqliteWriteGate gate) =>
        db.ReplaceService<ISqliteRelationalConnection, SqliteOpenConnection>().AddInterceptors(gate);
}
