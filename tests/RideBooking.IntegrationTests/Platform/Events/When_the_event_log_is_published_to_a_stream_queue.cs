using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.EventLog;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Events;

/// <summary>Two hosts on PostgreSQL publish the event log to one RabbitMQ stream queue, and die while they do.</summary>
[Collection(typeof(OnServersToStop))]
public sealed class When_the_event_log_is_published_to_a_stream_queue(ServersToStop servers) : IAsyncLifetime
{
    const string Queue = "ride-events";

    readonly Dictionary<string, string> _settings = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Database__Provider"] = DatabaseProviders.Postgres,
        ["Transport__Kind"] = "RabbitMq",
        ["EventLog__Stream"] = Queue,
        ["EventLog__StreamMaxAge"] = "1.00:00:00",
        ["EventLog__StreamMaxBytes"] = "4000000000",
    };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Database => _settings["ConnectionStrings__RideBooking"];

    Uri Broker => new(_settings["ConnectionStrings__RabbitMq"]);

    public async ValueTask InitializeAsync()
    {
        _settings["ConnectionStrings__RabbitMq"] = (await servers.VirtualHost()).ToString();
        _settings["ConnectionStrings__RideBooking"] = await servers.Postgres.CreateMigratedDatabaseAsync();
    }

    public async ValueTask DisposeAsync() => await servers.Done();

    [Fact]
    public async Task Each_message_is_the_event_as_the_API_shows_it_with_id_position_type_and_stream_as_properties()
    {
        await using var host = await HostProcess.StartAsync(_settings);
        var watcher = await new City(() => new HttpClient { BaseAddress = host.Address }).Operator();
        await Append(20);
        await Published(20);

        var items = (await watcher.Get("events")).Body!["items"]!.AsArray();
        var messages = await Messages(20);
        for (var n = 0; n < 20; n++)
        {
            var (message, item) = (messages[n], items[n]!);
            JsonNode.DeepEquals(JsonNode.Parse(message.Body), item).ShouldBeTrue(message.Body);
            message.Id.ShouldBe(item["event_id"]!.GetValue<string>());
            message.Type.ShouldBe(item["event_type"]!.GetValue<string>());
            message.Position.ShouldBe(n + 1);
            message.Stream.ShouldBe(item["stream_id"]!.GetValue<string>());
        }
        var queue = (await servers.RabbitMq.ListQueuesAsync(Broker)).Single(queue => queue.Name == Queue);
        queue.Arguments.ShouldBe(["x-max-age=86400s", "x-max-length-bytes=4000000000", "x-queue-type=stream"]);
    }

    [Fact]
    public async Task Publishers_that_are_killed_leave_no_gap_and_no_duplicate()
    {
        // Several batches in each round, so that a fault can come while one is on its way.
        var round = SubscriptionRun.Factor == 1 ? 3_000 : 15_000;
        var hosts = new HostProcess?[2];
        var expected = 0;
        try
        {
            for (var replica = 0; replica < hosts.Length; replica++)
                hosts[replica] = await HostProcess.StartAsync(_settings);
            Func<Task>[] faults =
            [
                () => Restart(0),
                () => Restart(1),
                () => Task.WhenAll(Restart(0), Restart(1)),
                () => servers.RabbitMq.ControlAsync("close_all_connections", "test"),
                async () =>
                {
                    await servers.Kill(servers.RabbitMq);
                    await servers.Start(servers.RabbitMq);
                },
                () => Restart(0),
                () => Restart(1),
            ];
            foreach (var fault in faults)
            {
                var before = expected;
                await Append(round);
                expected += round;
                // The fault comes while a batch is on its way.
                await Published(before + Random.Shared.Next(1, round / 2));
                await fault();
                await Published(expected);
            }
        }
        finally
        {
            foreach (var host in hosts)
                if (host is not null)
                    await host.DisposeAsync();
        }

        var messages = await Messages(expected);
        messages.Select(message => message.Position).ShouldBe(Enumerable.Range(1, expected).Select(n => (long)n));
        messages.Select(message => message.Id).ShouldBe(await EventIds());
        (await Count()).ShouldBe((uint)expected);

        async Task Restart(int replica)
        {
            var old = hosts[replica]!;
            await old.KillAsync();
            hosts[replica] = await HostProcess.StartInPlaceOfAsync(old, _settings);
            await old.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_restored_database_stops_the_publisher_until_the_queue_is_deleted()
    {
        await using var host = await HostProcess.StartAsync(_settings);
        await Append(20);
        await Published(20);
        await Execute(
            "DELETE FROM event_log.events WHERE position > 10; DELETE FROM event_log.hashes WHERE position > 10; UPDATE event_log.head SET position = 10"
        );
        await host.SaysAsync("at position 20, which the event log does not have there; the log ends at position 10");
        // The log grows beyond the stream again, with other events.
        await Append(15);
        await host.SaysAsync("at position 20, which the event log does not have there; the log ends at position 25");
        (await Messages(20)).Select(message => message.Position).ShouldBe(Enumerable.Range(1, 20).Select(n => (long)n));

        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        await channel.QueueDeleteAsync(Queue, cancellationToken: Stop);
        await Published(25);
        (await Messages(25)).Select(message => message.Id).ShouldBe(await EventIds());
    }

    sealed record Message(string Id, string Type, long Position, string Stream, string Body);

    /// <summary>Appends events of 600 bytes, as committed but not yet numbered.</summary>
    Task Append(int count) =>
        Execute(
            $$"""
            INSERT INTO event_log.events (event_id, event_type, version, timestamp, source, stream_id, payload)
            SELECT gen_random_uuid(), 'NoDriverFound', 1, now(), 'rides', 'stream ' || n % 7, '{"note":"' || repeat('x', 500) || '"}'
            FROM generate_series(1, {{count}}) AS n
            """
        );

    async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    async Task<List<string>> EventIds()
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var select = source.CreateCommand("SELECT event_id FROM event_log.events ORDER BY position");
        await using var rows = await select.ExecuteReaderAsync(Stop);
        var ids = new List<string>();
        while (await rows.ReadAsync(Stop))
            ids.Add(rows.GetGuid(0).ToString());
        return ids;
    }

    Task Published(int count) =>
        WaitFor.TrueAsync($"{count} messages in the stream", async () => await Count() >= count, WaitFor.Limit);

    async Task<uint> Count()
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(Queue, Stop)).MessageCount;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            // The queue is not declared yet, or the broker is starting.
            return 0;
        }
    }

    Task<IConnection> Connect() => new ConnectionFactory { Uri = Broker }.CreateConnectionAsync(Stop);

    /// <summary>Reads the stream from its first message on.</summary>
    async Task<List<Message>> Messages(int count)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        await channel.BasicQosAsync(0, 500, global: false, Stop);
        var messages = new List<Message>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            var (properties, headers) = (delivery.BasicProperties, delivery.BasicProperties.Headers!);
            messages.Add(
                new Message(
                    properties.MessageId!,
                    properties.Type!,
                    Convert.ToInt64(headers["position"], CultureInfo.InvariantCulture),
                    Encoding.UTF8.GetString((byte[])headers["stream_id"]!),
                    Encoding.UTF8.GetString(delivery.Body.Span)
                )
            );
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, Stop);
            if (messages.Count == count)
                all.TrySetResult();
        };
        await channel.BasicConsumeAsync(
            Queue,
            autoAck: false,
            consumerTag: "",
            noLocal: false,
            exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = "first" },
            consumer,
            Stop
        );
        await all.Task.WaitAsync(WaitFor.Limit, Stop);
        return messages;
    }
}
