using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.IntegrationTests.Operations;

/// <summary>The operators' scenarios on RabbitMQ and PostgreSQL.</summary>
public sealed class When_operators_work_on_RabbitMQ(RideBookingOnPostgres app)
    : OperatorScenarios,
        IClassFixture<RideBookingOnPostgres>
{
    const string ErrorQueue = "track-assignments_error";

    protected override City City => app.City;

    protected override async Task Put(string queue, byte[] body, string? messageId)
    {
        await using var channel = await Channel.Open(app.Broker!);
        await channel.Put(queue, body, messageId);
    }

    [Fact]
    public async Task Listing_keeps_headers_and_bytes()
    {
        var operations = await City.Operator();
        await using var channel = await Channel.Open(app.Broker!);
        await channel.Put("award-nothing_error", [1, 2, 3], null, declare: true); // another application's queue, which is not listed
        var id = Guid.CreateVersion7().ToString();
        await channel.Put(ErrorQueue, Offer("a driver", Guid.CreateVersion7()), id, declare: true);
        for (var look = 0; look < 25; look++)
            (await operations.Get($"operations/failed-messages?queue={ErrorQueue}")).ShouldBe(HttpStatusCode.OK);

        var seen = await channel.Take(ErrorQueue, id);
        seen.BasicProperties.Headers!["x-number"].ShouldBe(7L);
        Encoding.UTF8.GetString((byte[])seen.BasicProperties.Headers!["MT-Fault-Message"]!).ShouldBe("was");
        seen.BasicProperties.DeliveryMode.ShouldBe(DeliveryModes.Persistent);
    }

    [Fact]
    public async Task Discarded_and_restored_a_message_has_the_headers_and_bytes_that_it_had()
    {
        var operations = await City.Operator();
        await using var channel = await Channel.Open(app.Broker!);
        var (id, rideId) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7());
        var body = Offer("a driver", rideId);
        await channel.Put(ErrorQueue, body, id, declare: true);
        var failed = (await operations.Get($"operations/failed-messages?rideId={rideId}")).Body!["items"]![0]!["id"]!;
        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["ids"] = new JsonArray(failed.DeepClone()) },
            ["reason"] = "by mistake",
        };
        (await operations.Post("operations/failed-messages/discard", discard)).ShouldBe(HttpStatusCode.OK);
        var seen = await operations.Get($"operations/failed-messages/{failed}");
        seen.Body!["headers"]!["x-number"]!.ToString().ShouldBe("7");
        seen.Body!["headers"]!.AsObject().ShouldNotContain(header => header.Key.StartsWith("RideBooking-"));

        var restore = new JsonObject { ["ids"] = new JsonArray(failed.DeepClone()), ["reason"] = "needed" };
        (await operations.Post("operations/failed-messages/restore", restore)).ShouldBe(HttpStatusCode.OK);

        var restored = await channel.Take(ErrorQueue, id);
        restored.Body.ToArray().ShouldBe(body);
        restored.BasicProperties.Headers!["x-number"].ShouldBe(7L);
        restored.BasicProperties.Headers!["MT-Fault-Message"].ShouldBe("was"u8.ToArray());
        restored.BasicProperties.DeliveryMode.ShouldBe(DeliveryModes.Persistent);
    }

    [Fact]
    public async Task A_thousand_of_twenty_thousand_messages_are_discarded_within_one_request()
    {
        const string queue = "issue-receipt_error";
        await using (var channel = await Channel.Open(app.Broker!))
        {
            await channel.Put(queue, Offer("a driver", Guid.CreateVersion7()), null, declare: true);
            foreach (var some in Enumerable.Range(1, 19_999).Chunk(500))
                await Task.WhenAll(
                    some.Select(_ =>
                        channel.Put(queue, Offer("a driver", Guid.CreateVersion7()), Guid.CreateVersion7().ToString())
                    )
                );
        }
        var operations = await City.Operator();
        JsonObject Request(bool dryRun) =>
            new()
            {
                ["selection"] = new JsonObject { ["queue"] = queue, ["messageType"] = "DriverOffered" },
                ["dryRun"] = dryRun,
                ["reason"] = "too many",
            };

        var plan = await operations.Post("operations/failed-messages/discard", Request(dryRun: true));
        plan.ShouldBe(HttpStatusCode.OK).Body!["matching"]!.GetValue<int>().ShouldBe(20_000);
        plan.Body!["items"]!.AsArray().Count.ShouldBe(100);
        var discarded = await operations.Post(
            "operations/failed-messages/discard",
            Request(dryRun: false),
            Guid.CreateVersion7().ToString()
        );
        discarded.ShouldBe(HttpStatusCode.OK).Body!["discarded"]!.GetValue<int>().ShouldBe(1000);
        plan = await operations.Post("operations/failed-messages/discard", Request(dryRun: true));
        plan.Body!["matching"]!.GetValue<int>().ShouldBe(19_000);
    }

    [Fact]
    public async Task A_redrive_whose_process_is_killed_halfway_neither_loses_nor_duplicates_messages()
    {
        const int messages = 12;
        var driverId = $"driver-{Guid.CreateVersion7():N}";
        await using (var channel = await Channel.Open(app.Broker!))
            for (var number = 0; number < messages; number++)
                await channel.Put(
                    ErrorQueue,
                    Offer(driverId, Guid.CreateVersion7()),
                    Guid.CreateVersion7().ToString(),
                    declare: true
                );

        var operations = await City.Operator();
        var mine = await operations.Get(
            $"operations/failed-messages?queue={ErrorQueue}&messageType=DriverOffered&limit=100"
        );
        var ids = new JsonArray([
            .. mine.Body!["items"]!
                .AsArray()
                .Where(item => item!["attempts"]!.GetValue<int>() == 1)
                .Select(item => JsonValue.Create(item!["id"]!.ToString())),
        ]);
        var redrive = await operations.Post(
            "operations/redrives",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["ids"] = ids },
                ["ratePerSecond"] = 4,
                ["reason"] = "to be killed",
            }
        );
        redrive.ShouldBe(HttpStatusCode.Accepted);
        var path = $"operations/redrives/{redrive.Text("id")}";
        await operations.Until("a part to be sent", path, part => part.Body!["sent"]!.GetValue<int>() >= 3);

        await app.KillAndStartAgain();

        // The killed process's claim is valid for some more seconds.
        var after = await app.City.Operator();
        await after.Until("the rest", path, part => part.Text("status") == "completed", WaitFor.Limit);
        var database = new Database(sqlite: false, app.ConnectionString);
        await WaitFor.TrueAsync(
            "each offer to be recorded once",
            async () =>
                await database.Count($"SELECT count(*) FROM {{drivers.assignments}} WHERE driver_id = '{driverId}'")
                == messages,
            WaitFor.Limit
        );
        var left = await after.Get($"operations/failed-messages?queue={ErrorQueue}&messageType=DriverOffered");
        left.Body!["items"]!.AsArray().ShouldBeEmpty();
    }

    // An event that track-assignments handles: each has one effect that can be counted.
    static byte[] Offer(string driverId, Guid rideId) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["messageId"] = Guid.CreateVersion7().ToString(),
                ["messageType"] = new JsonArray("urn:message:RideBooking.Contracts:DriverOffered"),
                ["message"] = new JsonObject
                {
                    ["rideId"] = rideId.ToString(),
                    ["riderId"] = "a rider",
                    ["offerId"] = Guid.CreateVersion7().ToString(),
                    ["driverId"] = driverId,
                    ["pickup"] = City.Alexanderplatz.DeepClone(),
                    ["dropoff"] = City.Zoo.DeepClone(),
                    ["pickupEtaSeconds"] = 120,
                    ["expiresAt"] = "2100-01-01T00:00:00Z",
                    ["at"] = "2026-01-01T00:00:00Z",
                },
                ["sentTime"] = "2026-01-01T00:00:00Z",
                ["headers"] = new JsonObject(),
            }.ToJsonString()
        );

    /// <summary>A plain AMQP channel, as RabbitMQ's own tools use it.</summary>
    sealed class Channel(IConnection connection, IChannel channel) : IAsyncDisposable
    {
        public static async Task<Channel> Open(Uri broker)
        {
            var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
            return new Channel(
                connection,
                await connection.CreateChannelAsync(
                    new CreateChannelOptions(
                        publisherConfirmationsEnabled: true,
                        publisherConfirmationTrackingEnabled: true
                    )
                )
            );
        }

        public async Task Put(string queue, byte[] body, string? messageId, bool declare = false)
        {
            if (declare)
                await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
            var properties = new BasicProperties
            {
                MessageId = messageId,
                ContentType = "application/vnd.masstransit+json",
                Persistent = true,
                Headers = new Dictionary<string, object?> { ["x-number"] = 7L, ["MT-Fault-Message"] = "was" },
            };
            await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
        }

        public async Task<BasicGetResult> Take(string queue, string messageId)
        {
            while (await channel.BasicGetAsync(queue, autoAck: false) is { } taken)
                if (taken.BasicProperties.MessageId == messageId)
                {
                    await channel.BasicAckAsync(taken.DeliveryTag, multiple: false);
                    return taken;
                }
            throw new InvalidOperationException($"{messageId} is not in {queue}.");
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
