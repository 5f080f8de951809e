namespace MassTransit;

/// <summary>The databases that can store the scheduler's triggers.</summary>
public enum QuartzDatabase
{
    /// <summary>SQLite, through Microsoft.Data.Sqlite. Supports a single process.</summary>
    Sqlite,

    /// <summary>SQL Server, or a server that speaks T-SQL, through Microsoft.Data.SqlClient.</summary>
    SqlServer,

    /// <summary>PostgreSQL, through Npgsql.</summary>
    Postgres,
}
