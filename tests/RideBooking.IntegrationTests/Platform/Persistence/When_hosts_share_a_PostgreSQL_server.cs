using System.Net;
using Npgsql;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Persistence;

public sealed class When_hosts_share_a_PostgreSQL_server(Servers servers)
{
    [Fact]
    public async Task Each_names_itself_and_one_too_many_reports_it_at_its_start()
    {
        var postgres = await servers.PostgresAsync();
        var database = await postgres.CreateMigratedDatabaseAsync();
        await using var modest = await HostProcess.StartAsync(Settings(database));
        modest.Output.ShouldNotContain("max_connections");
        (await Hosts(database)).ShouldHaveSingleItem();

        await using var greedy = await HostProcess.StartAsync(Settings($"{database};Maximum Pool Size=1000"));

        greedy.Output.ShouldContain("connections each may open more than the ");
        (await Hosts(database)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task One_under_load_opens_thirty_connections_at_most()
    {
        var postgres = await servers.PostgresAsync();
        var database = await postgres.CreateMigratedDatabaseAsync();
        await using var host = await HostProcess.StartAsync(Settings(database));

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => host.Client.GetAsync("/health/ready")));

        // On a slow machine the database's check exceeds its own limit for some of them. What counts is what they opened.
        answers.ShouldAllBe(answer =>
            answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable
        );
        (await Connections(database)).ShouldBeInRange(1, 30);
    }

    static Dictionary<string, string> Settings(string database) =>
        new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = "Postgres",
            ["ConnectionStrings__RideBooking"] = database,
        };

    static async Task<List<string>> Hosts(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'RideBooking/%'"
        );
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<string> names = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            names.Add(reader.GetString(0));
        return names;
    }

    static async Task<long> Connections(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'RideBooking/%'"
        );
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
