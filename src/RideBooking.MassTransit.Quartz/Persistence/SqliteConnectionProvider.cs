using System.Data;
using System.Data.Common;
using Quartz;
using Quartz.Impl.AdoJobStore.Common;

namespace MassTransit.QuartzIntegration;

/// <summary>Creates connections to a SQLite file that the application writes to at the same time.</summary>
/// <remarks>
/// Readers do not block the writer (WAL). A writer waits in SQLite for the lock, which is fairer and faster than the driver's
/// own loop of 150 ms sleeps.
/// </remarks>
sealed class SqliteConnectionProvider(string connectionString)
    : DbProvider(DataSourceOptions.Providers.Sqlite, connectionString)
{
    const string Prepare = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;";

    public override DbConnection CreateConnection()
    {
        var connection = base.CreateConnection();
        connection.StateChange += OnStateChange;
        return connection;
    }

    static void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState is not ConnectionState.Open || change.OriginalState is ConnectionState.Open)
            return;

        using var command = ((DbConnection)sender).CreateCommand();
        command.CommandText = Prepare;
        command.ExecuteNonQuery();
    }
}
