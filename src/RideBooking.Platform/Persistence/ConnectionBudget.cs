using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace RideBooking.Platform.Persistence;

/// <summary>Warns when all hosts together may open more connections than the PostgreSQL server accepts.</summary>
/// <remarks>
/// Without the warning this shows too late: under load, when a host, an operator's psql or a backup is refused.
/// </remarks>
internal static partial class ConnectionBudget
{
    const string Prefix = "RideBooking/";
    const int MaxNameLength = 63;

    /// <summary>
    /// The name of this process in <c>pg_stat_activity</c> and <c>sys.dm_exec_sessions</c>; unique per host.
    /// </summary>
    public static string ApplicationName { get; } = Name(Environment.MachineName, Environment.ProcessId);

    /// <summary>
    /// Makes the name. If the machine's name is too long for PostgreSQL, it is cut, and not the process id.
    /// </summary>
    internal static string Name(string machine, int process)
    {
        var end = $"/{process}";
        var room = MaxNameLength - Prefix.Length - end.Length;
        return $"{Prefix}{(machine.Length > room ? machine[..room] : machine)}{end}";
    }

    /// <summary>Checks once, at the start.</summary>
    public static async Task Check(AppDbContext db, ILogger logger, CancellationToken cancellationToken)
    {
        if (!db.Database.IsNpgsql())
            return;
        var server = new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString());
        if (!server.Pooling)
            return;
        var accepted = await db
            .Database.SqlQuery<int>(
                $"""
                SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                    - coalesce(current_setting('reserved_connections', true), '0')::int AS "Value"
                """
            )
            .SingleAsync(cancellationToken);
        var others = await db
            .Database.SqlQuery<int>(
                $"""
                SELECT count(DISTINCT application_name)::int AS "Value" FROM pg_stat_activity
                WHERE application_name LIKE {Prefix + "%"} AND application_name <> {server.ApplicationName}
                """
            )
            .SingleAsync(cancellationToken);
        var hosts = others + 1;
        if (hosts * server.MaxPoolSize > accepted)
            LogBudgetExceeded(logger, hosts, server.MaxPoolSize, accepted, accepted / hosts);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "{Hosts} hosts with up to {PoolSize} connections each may open more than the {Accepted} that the PostgreSQL server accepts: some will be refused under load. Set Maximum Pool Size in ConnectionStrings:RideBooking to at most {Share}, or raise the server's max_connections"
    )]
    static partial void LogBudgetExceeded(ILogger logger, int hosts, int poolSize, int accepted, int share);
}
