namespace RideBooking.Platform.Persistence;

/// <summary>The databases that RideBooking supports.</summary>
public enum DatabaseProvider
{
    /// <summary>The embedded default: one file, one process.</summary>
    Sqlite,

    /// <summary>Microsoft SQL Server, or a server that understands T-SQL.</summary>
    SqlServer,

    /// <summary>PostgreSQL.</summary>
    Postgres,
}

/// <summary>The database and how to connect to it.</summary>
/// <param name="Provider">From <c>Database:Provider</c>.</param>
/// <param name="ConnectionString">From <c>ConnectionStrings:RideBooking</c>.</param>
public sealed record DatabaseOptions(DatabaseProvider Provider, string ConnectionString)
{
    /// <summary>Closes the embedded database when nothing uses it any more: one file is then the whole database.</summary>
    internal void Close()
    {
        if (Provider == DatabaseProvider.Sqlite)
            SqliteOpenConnection.CloseAll(ConnectionString);
    }
}
