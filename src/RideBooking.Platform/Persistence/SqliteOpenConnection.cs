using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Sqlite.Storage.Internal;
using Microsoft.EntityFrameworkCore.Storage;

#pragma warning disable EF1001 // There is no public place to say how a connection is closed.

namespace RideBooking.Platform.Persistence;

/// <summary>
/// A context's connection stays open as long as the pooled context lives. Each opening registers a dozen functions of EF's own
/// in the database and each closing removes them: measured, more than all the application's statements cost.
/// </summary>
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

    // A transaction that ends, by commit, rollback or disposal, closes what it has opened; it is not the current one any more.
    void ReleaseGate()
    {
        if (CurrentTransaction is null && _made is not null)
            SqliteWriteGate.Release(_made);
    }
}

internal static class SqliteOpenConnectionExtensions
{
    /// <summary>Both together: a gate that is entered when a transaction begins is left when its connection is let go of.</summary>
    public static DbContextOptionsBuilder UseOpenConnection(this DbContextOptionsBuilder db, SqliteWriteGate gate) =>
        db.ReplaceService<ISqliteRelationalConnection, SqliteOpenConnection>().AddInterceptors(gate);
}
