using System.Text.Json.Nodes;
using Npgsql;
using RideBooking.Contracts;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Messaging.Partitions;

[Collection(typeof(OnServersToStop))]
public sealed class When_a_partition_changes_hands(ServersToStop servers) : IAsyncDisposable
{
    const string Endpoint = "track-assignments";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await servers.Done();

    // A consumer that is only cancelled keeps its message while the next host already gets the following one.
    [Fact]
    public async Task Continues_with_the_message_in_flight_at_the_stopping_host()
    {
        var broker = await servers.VirtualHost();
        var connectionString = await servers.Postgres.CreateMigratedDatabaseAsync();
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = DatabaseProviders.Postgres,
            ["ConnectionStrings__RideBooking"] = connectionString,
            ["Transport__Kind"] = "RabbitMq",
            ["ConnectionStrings__RabbitMq"] = broker.ToString(),
            ["Messaging__Partitions"] = "2",
            ["Shutdown__Timeout"] = "00:00:05",
        };
        await using var leaving = await HostProcess.StartAsync(settings);
        await using var staying = await HostProcess.StartAsync(settings);
        var database = new Database(sqlite: false, connectionString);
        var (ride, first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var consumer = await InboxOf.Consumer<DriverOffered>(Endpoint);

        // Another transaction inserts the first message's inbox entry: the consumer of the message waits for it.
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using (var other = await connection.BeginTransactionAsync(Stop))
        {
            await using var inboxEntry = new NpgsqlCommand(
                "INSERT INTO messaging.inbox_state (message_id, consumer_id, lock_id, received, receive_count) VALUES ($1, $2, gen_random_uuid(), now(), 1)",
                connection
            )
            {
                Parameters =
                {
                    new() { Value = first },
                    new() { Value = consumer },
                },
            };
            await inboxEntry.ExecuteNonQueryAsync(Stop);
            await Put.Offer(broker, Endpoint, ride, first);
            await WaitFor.TrueAsync(
                "the first message to be in flight",
                async () => await database.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0,
                WaitFor.Limit
            );

            var before = await ActiveConsumer();
            var left = leaving.StopAsync();
            await WaitFor.TrueAsync(
                "the partition to change hands",
                async () => await ActiveConsumer() is { } now && now != before,
                WaitFor.Limit,
                () => leaving.Output
            );
            await Put.Offer(broker, Endpoint, ride, second);
            await left;
            await WaitFor.TrueAsync(
                "the other host to have both in flight, or to have handled the second",
                async () => (await Partition()).Unacknowledged == 2 || await Consumed(second) is not null,
                WaitFor.Limit,
                () => staying.Output
            );
            await other.RollbackAsync(Stop);
        }

        await WaitFor.TrueAsync(
            "both to be handled",
            async () => await Consumed(first) is not null && await Consumed(second) is not null,
            WaitFor.Limit,
            () => staying.Output
        );
        (await Consumed(first))!.Value.ShouldBeLessThan((await Consumed(second))!.Value);

        // The partition with messages.
        async Task<QueueCounts> Partition() =>
            (await servers.RabbitMq.ListQueuesAsync(broker))
                .Where(queue => queue.Name is $"{Endpoint}-1" or $"{Endpoint}-2")
                .MaxBy(queue => queue.Unacknowledged + queue.Ready)!;

        async Task<string?> ActiveConsumer()
        {
            var partition = (await Partition()).Name;
            string[] columns = ["queue_name", "consumer_tag", "active"];
            var json = await servers.RabbitMq.ControlAsync([
                "list_consumers",
                "-p",
                broker.AbsolutePath.TrimStart('/'),
                "--quiet",
                "--formatter",
                "json",
                .. columns,
            ]);
            return JsonNode
                .Parse(json)!
                .AsArray()
                .SingleOrDefault(consumer =>
                    consumer!["queue_name"]!.ToString() == partition && consumer["active"]!.GetValue<bool>()
                )
                ?["consumer_tag"]!.ToString();
        }

        async Task<DateTime?> Consumed(Guid message) =>
            (
                await database.Query(
                    $"SELECT consumed FROM {{messaging.inbox_state}} WHERE message_id = '{message}'",
                    row => row.GetDateTime(0)
                )
            )
                .Cast<DateTime?>()
                .SingleOrDefault();
    }
}
