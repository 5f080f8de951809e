using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Sqlite.Storage.Internal;
using Microsoft.EntityFrameworkCore.Storage;

#pragma warning disable EF1001 // No public API controls how a connection is closed.

namespace RideBooking.Platform.Persistence;

/// <summary>Keeps a context's connection open for the life of the pooled context.</summary>
/// <remarks>
/// Opening a connection registers a dozen functions of EF's own in the database, and closing it removes them. Measured, this
/// costs more than all the application's statements. The pool of contexts considers the contexts in it disposed. It does
/// not close their connections when it ends itself: <see cref="CloseAll"/> does.
/// </remarks>
internal sealed class SqliteOpenConnection(
    RelationalConnectionDependencies dependencies,
    IRawSqlCommandBuilder rawSql,
    IDiagnosticsLogger<DbLoggerCategory.Infrastructure> logger
) : SqliteRelationalConnection(dependencies, rawSql, logger)
{
    // Weak: a connection that nothing uses any more is closed without this class, too.
    static readonly ConditionalWeakTable<DbConnection, DbConnection> s_open = [];

    DbConnection? _made;

    /// <summary>Closes all connections to a database that nothing uses any more.</summary>
    /// <remarks>
    /// The last one moves the write-ahead log into the file of the database, and deletes it: the file is then the whole database.
    /// </remarks>
    public static void CloseAll(string connectionString)
    {
        foreach (var (connection, _) in s_open)
            if (connection.ConnectionString == connectionString)
                connection.Dispose();
        // They are in the driver's pool now, as those of the scheduler are.
        using var any = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(any);
    }

    protected override DbConnection CreateDbConnection()
    {
        _made = base.CreateDbConnection();
        s_open.AddOrUpdate(_made, _made);
        return _made;
    }

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
