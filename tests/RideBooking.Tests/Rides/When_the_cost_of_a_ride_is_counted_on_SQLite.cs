using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

public sealed class When_the_cost_of_a_ride_is_counted_on_SQLite(HostUnderLens host)
    : RideCostScenarios,
        IClassFixture<HostUnderLens>
{
    // Tables of one row, tables and indexes of unfinished work only, and one with a row for each 100 archived rides.
    static readonly string[] s_small =
    [
        "event_log_head",
        "event_log_archiver",
        "event_log_archives",
        "drivers_commissions",
        "platform_development_secret",
        "messaging_recovery_point",
        "messaging_unfinished_events",
        "ix_event_log_events_sequence",
        "ix_matching_searches_requested_at",
        "ix_matching_offers_active_ride_id",
    ];

    // On SQLite each row is a separate statement, and costs no round trip.
    // One statement of the answer to an offer cancels its timer, which would cost more when it is due.
    protected override int[] AtMost => [1, 11, 7, 9, 9, 9];

    protected override City City => host.City;

    protected override Lens Lens => host.Lens;

    protected override async Task<DbConnection> Connect()
    {
        var connection = new SqliteConnection(host.Services.GetRequiredService<DatabaseOptions>().ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    protected override async Task<IReadOnlyList<string>> Scans(
        DbConnection connection,
        string sql,
        DbParameter[] parameters
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
        foreach (var parameter in parameters)
            command.Parameters.Add(
                new SqliteParameter(parameter.ParameterName, parameter.Value) { DbType = parameter.DbType }
            );
        var scans = new List<string>();
        await using var plan = await command.ExecuteReaderAsync();
        while (await plan.ReadAsync())
            if (plan.GetString(3).Split(' ') is ["SCAN", var what, ..] words && IsTable(what, sql))
                if (!s_small.Contains(TableOf(what, sql)) && !s_small.Contains(words[^1]))
                    scans.Add(string.Join(' ', words));
        return scans;
    }

    // The result of a subquery is no table; the subquery itself is a separate step.
    static bool IsTable(string what, string sql) =>
        !what.StartsWith('(') && what != "CONSTANT" && !sql.Contains($") AS \"{what}\"", StringComparison.Ordinal);

    // A plan names a table as the statement does, usually by an alias.
    static string TableOf(string what, string sql) =>
        Regex.Match(sql, $"\"(\\w+)\" AS \"{what}\"") is { Success: true } named ? named.Groups[1].Value : what;
}

/// <summary>The embedded default with recorded statements.</summary>
// The driver takes no time for the way; without this setting the flags would cause further writes.
public sealed class HostUnderLens() : HostInProcess(("Rides:MaxSpeedKmh", "1000000"))
{
    public Lens Lens { get; } = new();

    protected override void Configure(IServiceCollection services) =>
        services
            .AddSingleton<IStartupFilter>(Lens)
            .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(Lens));
}
