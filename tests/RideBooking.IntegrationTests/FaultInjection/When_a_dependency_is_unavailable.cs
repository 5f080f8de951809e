using System.Diagnostics;
using System.Net;
using Npgsql;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.IntegrationTests.Platform.Messaging.Partitions;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>The host as a process, on PostgreSQL and RabbitMQ, under load, while either becomes unavailable and recovers.</summary>
[Collection(typeof(OnServersToStop))]
public sealed class When_a_dependency_is_unavailable(ServersToStop servers) : IAsyncDisposable
{
    const int Rides = 12;
    const int Drivers = 6;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await servers.Done();

    [Fact]
    public async Task The_host_waits_for_a_database_and_a_broker_that_are_not_available_yet_and_logs_it()
    {
        var (settings, _) = await Migrated();
        await servers.Stop(servers.Postgres);
        await servers.Stop(servers.RabbitMq);

        await using var host = HostProcess.Begin(settings);
        await host.SaysAsync("Waiting for the Postgres database that ConnectionStrings:RideBooking names: ");
        await servers.Start(servers.Postgres);
        await host.SaysAsync("Waiting for the RabbitMQ that ConnectionStrings:RabbitMq names");
        await servers.Start(servers.RabbitMq);
        await host.ReadyAsync();
        host.Output.ShouldNotContain("   at ", customMessage: "one line, no stack trace");
        (await host.StopAsync()).ShouldBe(0, host.Output);
    }

    [Theory]
    [InlineData("ConnectionStrings__RabbitMq", "guest:guest@", "guest:wrong@", "wrong user or password")]
    [InlineData("ConnectionStrings__RabbitMq", "/test-", "/nowhere-", "vhost")]
    [InlineData("ConnectionStrings__RideBooking", "Database=test_", "Database=nowhere_", "-- migrate")]
    public async Task The_host_does_not_wait_when_waiting_cannot_help(
        string setting,
        string right,
        string wrong,
        string message
    )
    {
        var (settings, _) = await Migrated();
        settings[setting] = settings[setting].Replace(right, wrong, StringComparison.Ordinal);
        var (exitCode, output) = await HostProcess.RunToEndAsync(settings);
        exitCode.ShouldBe(2, output);
        output.ShouldContain(message);
        output.ShouldNotContain("   at ");
    }

    // One host goes through several outages, because starting a host takes longer than each of them.
    [Fact]
    public async Task The_host_recovers_after_an_outage_and_finishes_its_work_at_shutdown()
    {
        var (settings, virtualHost) = await Migrated();
        var host = await HostProcess.StartAsync(settings);
        await using var first = host;

        using (var rush = await Begun())
        {
            await servers.Stop(servers.Postgres);
            await host.UnhealthyAsync();
            var refusedBefore = rush.Refused;
            await WaitFor.TrueAsync(
                "requests to be refused for a while",
                () => Task.FromResult(rush.Refused > refusedBefore + 20),
                WaitFor.Limit
            );
            (await host.Client.GetAsync("/health/live", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
            await servers.Start(servers.Postgres);
            await host.ReadyAsync();
            await IsOver(rush);
        }
        using (var rush = await Begun())
        {
            await servers.Kill(servers.RabbitMq);
            await host.UnhealthyAsync();
            await servers.Start(servers.RabbitMq);
            await host.ReadyAsync();
            await IsOver(rush);
        }
        using (var rush = await Begun())
        {
            (await host.StopAsync()).ShouldBe(0, host.Output);
            host.Output.ShouldNotContain("Stopped before everything");
            host = await HostProcess.StartInPlaceOfAsync(host, settings);
            await using var second = host;
            await IsOver(rush);
        }

        async Task<Rush> Begun()
        {
            var rush = new Rush(Rides, Drivers, host.Address);
            await rush.Begin();
            await rush.Paid(atLeast: 2);
            return rush;
        }

        async Task IsOver(Rush rush)
        {
            await rush.Ended(() => Task.FromResult(host.Output));
            await rush.EachWasPaidOnce();
            await NothingIsLeft(host, settings, virtualHost);
        }
    }

    // A bug in the database, the only place where a test can put one into the real host.
    [Fact]
    public async Task The_host_has_each_ride_paid_once_when_a_bug_is_fixed_and_an_operator_redrives_its_error_queue()
    {
        var (settings, virtualHost) = await Migrated();
        settings["Messaging__Redelivery"] = "00:00:00.050,00:00:00.100";
        var database = settings["ConnectionStrings__RideBooking"];
        await Execute(
            database,
            "CREATE FUNCTION bug() RETURNS trigger AS 'BEGIN RAISE ''A bug.''; END' LANGUAGE plpgsql"
        );
        await Execute(database, "CREATE TRIGGER bug BEFORE INSERT ON billing.invoices EXECUTE FUNCTION bug()");
        await using var host = await HostProcess.StartAsync(settings);
        using var rush = new Rush(rides: 5, Drivers, host.Address);
        await rush.Begin();
        var operations = await rush.Operator();
        await operations.FindIn("compute-fare_error", 5);

        await Execute(database, "DROP TRIGGER bug ON billing.invoices");
        await operations.RedriveAll();

        await rush.Paid(evidence: () => host.Output);
        await rush.EachWasPaidOnce();
        await TheGatewayTookMoneyOnceForEach(rush, database);
        await NothingIsLeft(host, settings, virtualHost);
    }

    // The broker takes back a message that is not acknowledged within half an hour, and dead-letters it after ten times. Here
    // the limit is five seconds.
    [Fact]
    public async Task The_host_has_each_ride_paid_once_when_the_database_outage_exceeded_the_consumer_timeout()
    {
        var (settings, virtualHost) = await Migrated();
        await Broker("consumer_timeout", "5000");
        await Broker("channel_tick_interval", "500");
        try
        {
            settings["Messaging__Redelivery"] = "";
            await using var host = await HostProcess.StartAsync(settings);
            using var rush = new Rush(Rides, Drivers, host.Address);
            await rush.Begin();
            await rush.Paid(atLeast: 2);

            await servers.Stop(servers.Postgres);
            var since = Stopwatch.StartNew();
            await Put.Offer(virtualHost, "track-assignments", Guid.CreateVersion7(), Guid.CreateVersion7());
            await WaitFor.TrueAsync(
                "the outage to outlast the broker's consumer timeout",
                () => Task.FromResult(since.Elapsed > TimeSpan.FromSeconds(75)),
                WaitFor.Limit
            );
            await servers.Start(servers.Postgres);
            await host.ReadyAsync();

            await rush.Ended(() => Task.FromResult(host.Output));
            await rush.EachWasPaidOnce();
            await TheGatewayTookMoneyOnceForEach(rush, settings["ConnectionStrings__RideBooking"]);
            await NothingIsLeft(host, settings, virtualHost);
        }
        finally
        {
            await Broker("consumer_timeout", "1800000");
            await Broker("channel_tick_interval", "60000");
        }

        Task Broker(string setting, string value) =>
            servers.RabbitMq.ControlAsync("eval", $"application:set_env(rabbit, {setting}, {value}).");
    }

    [Fact]
    public async Task The_host_answers_no_request_with_an_error_and_fails_no_message_while_a_migration_alters_its_tables()
    {
        var (settings, virtualHost) = await Migrated();
        var database = settings["ConnectionStrings__RideBooking"];
        await using var host = await HostProcess.StartAsync(settings);
        using var rush = new Rush(Rides, Drivers, host.Address);
        await rush.Begin();
        // By now the connections have prepared their frequent statements.
        await rush.Paid(atLeast: 4);
        var refusedBefore = rush.Refused;

        foreach (
            var alteration in await Rows(
                database,
                """
                SELECT format('ALTER TABLE %I.%I ADD COLUMN of_a_later_version integer', table_schema, table_name)
                FROM information_schema.tables
                WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
                UNION ALL
                SELECT format('ALTER TABLE %I.%I ALTER COLUMN %I TYPE varchar(%s)', table_schema, table_name, column_name, character_maximum_length + 10)
                FROM information_schema.columns
                WHERE data_type = 'character varying' AND character_maximum_length IS NOT NULL
                    AND table_schema NOT IN ('pg_catalog', 'information_schema')
                """
            )
        )
            await Execute(database, alteration);

        await rush.Ended(() => Task.FromResult(host.Output));
        rush.Refused.ShouldBe(refusedBefore, host.Output);
        await rush.EachWasPaidOnce();
        await NothingIsLeft(host, settings, virtualHost);
        host.Output.ShouldNotContain("cached plan");
    }

    [Fact]
    public async Task The_host_keeps_a_redelivery_through_its_own_sudden_death()
    {
        var (settings, virtualHost) = await Migrated();
        settings["Messaging__Redelivery"] = "00:00:04,00:00:02,00:00:02,00:00:02";
        var database = settings["ConnectionStrings__RideBooking"];
        await Execute(
            database,
            "CREATE FUNCTION bug() RETURNS trigger AS 'BEGIN RAISE ''A bug.''; END' LANGUAGE plpgsql"
        );
        await Execute(database, "CREATE TRIGGER bug BEFORE INSERT ON billing.invoices EXECUTE FUNCTION bug()");
        var first = await HostProcess.StartAsync(settings);
        using var rush = new Rush(rides: 1, drivers: 1, first.Address);
        await rush.Begin();
        await WaitFor.TrueAsync(
            "a redelivery among the scheduler's triggers",
            async () =>
                await Count(
                    database,
                    "SELECT count(*) FROM messaging.qrtz_triggers WHERE job_data::text <> '' AND encode(job_data, 'escape') LIKE '%MT-Redelivery-Count%'"
                ) > 0,
            WaitFor.Limit,
            () => first.Output
        );
        await first.KillAsync();
        await first.DisposeAsync();
        await Execute(database, "DROP TRIGGER bug ON billing.invoices");

        await using var second = await HostProcess.StartInPlaceOfAsync(first, settings);
        await rush.Paid(evidence: () => second.Output);
        await rush.EachWasPaidOnce();
        await NothingIsLeft(second, settings, virtualHost);
    }

    async Task<(Dictionary<string, string> Settings, Uri VirtualHost)> Migrated()
    {
        var virtualHost = await servers.VirtualHost();
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = DatabaseProviders.Postgres,
            ["ConnectionStrings__RideBooking"] = await servers.Postgres.CreateMigratedDatabaseAsync(),
            ["Transport__Kind"] = "RabbitMq",
            ["ConnectionStrings__RabbitMq"] = virtualHost.ToString(),
            ["Matching__SearchDeadline"] = "00:10:00",
            // The drivers report no positions.
            ["Matching__MaxPositionAge"] = "1.00:00:00",
            ["Drivers__MaxSilence"] = "00:00:00",
            ["Payments__ResumeAfter"] = "00:10:00",
        };
        return (settings, virtualHost);
    }

    /// <summary>Waits until the error queues, the queues and the outbox are empty.</summary>
    async Task NothingIsLeft(HostProcess host, Dictionary<string, string> settings, Uri virtualHost)
    {
        var left = "";
        await WaitFor.TrueAsync(
            "every queue and the outbox to be empty",
            async () =>
            {
                var queues = await servers.RabbitMq.ListQueuesAsync(virtualHost);
                left = string.Join(", ", queues.Where(q => q.Ready + q.Unacknowledged > 0));
                var unsent = await Count(
                    settings["ConnectionStrings__RideBooking"],
                    "SELECT count(*) FROM messaging.outbox_message"
                );
                left += $" and {unsent} in the outbox";
                return queues.All(q => q.Ready + q.Unacknowledged == 0) && unsent == 0;
            },
            WaitFor.Limit,
            () => left + host.Output
        );
    }

    static async Task TheGatewayTookMoneyOnceForEach(Rush rush, string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(
            "SELECT reference FROM payments.sandbox_ledger WHERE outcome = 'captured'",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<string> charged = [];
        while (await reader.ReadAsync(Stop))
            charged.Add(reader.GetString(0));
        charged.ShouldBe(rush.Ids, ignoreOrder: true);
    }

    static async Task<List<string>> Rows(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<string> rows = [];
        while (await reader.ReadAsync(Stop))
            rows.Add(reader.GetString(0));
        return rows;
    }

    static async Task Execute(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    static async Task<long> Count(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
