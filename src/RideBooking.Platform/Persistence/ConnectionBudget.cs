using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Warns when all hosts together may open more connections than the PostgreSQL server accepts. It is noticed too late
/// otherwise: under load, when a host, an operator's psql or a backup is refused.
/// </summary>
internal static partial class ConnectionBudget
{
    const string Prefix = "RideBooking/";
    const int MaxNameLength = 63;

    /// <summary>What this process is called in <c>pg_stat_activity</c> and <c>sys.dm_exec_sessions</c>; each host differs.</summary>
    public static string ApplicationName { get; } = Name(Environment.MachineName, Environment.ProcessId);

    /// <summary>The process id is kept when the machine's name is too long for PostgreSQL.</summary>
    internal static string Name(string machine, int process)
    {
        var end = $"/{process}";
        var room = MaxNameLength - Prefix.Length - end.Length;
        return $"{Prefix}{(machine.Length > room ? machine[..room] : machine)}{end}";
    }

    /// <summary>Looks once, at the start.</summary>
    public static async Task Check(AppDbContext db, ILogger log, CancellationToken cancellationToken)
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
            LogTooMany(log, hosts, server.MaxPoolSize, accepted, accepted / hosts);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "{Hosts} hosts with up to {PoolSize} connections each may open more than the {Accepted} that the PostgreSQL server accepts: some will be refused under load. Set Maximum Pool Size in ConnectionStrings:RideBooking to {Share} at most, or raise the server's max_connections"
    )]
    static partial void LogTooMany(ILogger log, int hosts, int poolSize, int accepted, int share);
}
