using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.EventLog;
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
    public async Task Another_application_s_error_queue_is_left_alone()
    {
        const string queue = "award-nothing_error";
        var operations = await City.Operator();
        await using var channel = await Channel.Open(app.Broker!);
        await channel.Put(queue, [1, 2, 3], "theirs", declare: true);
        var rideId = Guid.CreateVersion7();
        await channel.Put(ErrorQueue, Offer("a driver", rideId), Guid.CreateVersion7().ToString(), declare: true);
        await Found(operations, $"rideId={rideId}");

        (await operations.Get("operations/error-queues?all=true")).Body!["items"]!
            .AsArray()
            .ShouldNotContain(item => item!["queue"]!.ToString() == queue);
        (await channel.Take(queue, "theirs")).Body.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_message_keeps_its_headers_and_bytes_in_the_store_and_when_it_is_redriven()
    {
        const string skipped = "track-assignments_skipped";
        var operations = await City.Operator();
        var (id, rideId) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7());
        var body = Encoding.UTF8.GetString(Offer("a driver", rideId)).Replace("DriverOffered", "Weather");
        await using (var channel = await Channel.Open(app.Broker!))
            await channel.Put(ErrorQueue, Encoding.UTF8.GetBytes(body), id, declare: true);
        var failed = (await Found(operations, $"rideId={rideId}"))["id"]!;
        var seen = await operations.Get($"operations/failed-messages/{failed}");
        seen.Body!["headers"]!["x-number"]!.ToString().ShouldBe("7");
        seen.Body!["headers"]!["MT-Fault-Message"]!.ToString().ShouldBe("was");
        seen.Body!["headers"]!.AsObject().ShouldNotContain(header => header.Key.StartsWith("RideBooking-"));

        var redrive = new JsonObject
        {
            ["selection"] = new JsonObject { ["ids"] = new JsonArray(failed.DeepClone()) },
            ["reason"] = "to see what the endpoint receives",
        };
        (await operations.Post("operations/redrives", redrive)).ShouldBe(HttpStatusCode.Accepted);

        // No consumer accepts it, so it is skipped as it was received.
        var received = (await Found(operations, $"queue={skipped}&rideId={rideId}"))["id"]!;
        seen = await operations.Get($"operations/failed-messages/{received}");
        seen.Body!["messageId"]!.ToString().ShouldBe(Id(body));
        seen.Body!["headers"]!["x-number"]!.ToString().ShouldBe("7");
        seen.Body!["headers"]!.AsObject().ShouldNotContain(header => header.Key == "MT-Fault-Message");
        seen.Body!["body"]!.ToJsonString().ShouldBe(JsonNode.Parse(body)!.ToJsonString());

        static string Id(string body) => JsonNode.Parse(body)!["messageId"]!.ToString();
    }

    [Fact]
    public async Task What_was_simulated_is_what_the_redrive_then_does()
    {
        const string queue = "ride_error";
        var (operations, rider) = (await City.Operator(), await City.Rider());
        var driver = await City.DriverAt(City.Place(-57.5, 13.4));
        var rideId = await rider.Request(City.Place(-57.5, 13.4), City.Place(-57.51, 13.4));
        await driver.Accept(await driver.Offer(rideId));
        await rider.Sees(rideId, "driverAssigned");
        await driver.Does(rideId, "arrive");
        await driver.Does(rideId, "start");
        await rider.Sees(rideId, "inProgress");
        await using (var channel = await Channel.Open(app.Broker!))
            await channel.Put(queue, ForceCancel(rideId), rideId, declare: true);
        var id = (await Found(operations, $"queue={queue}&rideId={rideId}"))["id"]!.ToString();
        var database = new Database(sqlite: false, app.ConnectionString);
        var before = await State();

        // Twice, because a simulation leaves nothing behind.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var simulated = (await Simulate()).Body!;
            simulated["result"]!.ToString().ShouldBe("transition", simulated.ToJsonString());
            simulated["saga"]!["from"]!.ToString().ShouldBe("InProgress");
            simulated["saga"]!["to"]!.ToString().ShouldBe("Cancelled");
            var message = simulated["messages"]!.AsArray().ShouldHaveSingleItem()!;
            $"{message["kind"]} {message["type"]}".ShouldBe("published RideCancelled");
            simulated["timers"]!.AsArray().ShouldHaveSingleItem()!["type"]!
                .GetValue<string>()
                .ShouldBe("RideBecameOverdue");
            (await State()).ShouldBe(before);
        }

        var redrive = new JsonObject
        {
            ["selection"] = new JsonObject { ["ids"] = new JsonArray(id) },
            ["reason"] = "it was simulated",
        };
        (await operations.Post("operations/redrives", redrive)).ShouldBe(HttpStatusCode.Accepted);
        await rider.Sees(rideId, "cancelled");
        var history = await operations.Until(
            "the event",
            $"rides/{rideId}/history",
            answer => Types(answer).Contains("RideCancelled")
        );
        Types(history).Count(type => type == "RideCancelled").ShouldBe(1);
        (await Simulate()).Text("result").ShouldBe("deduplicated");

        async Task<Answer> Simulate() =>
            (await operations.Post($"operations/failed-messages/{id}/simulate")).ShouldBe(HttpStatusCode.OK);

        async Task<string> State() =>
            string.Join(
                ", ",
                await database.Count($"SELECT version FROM {{rides.rides}} WHERE id = '{rideId}'"),
                await database.Count($"SELECT count(*) FROM {{event_log.events}} WHERE stream_id = '{rideId}'"),
                await database.Count($"SELECT count(*) FROM {{messaging.inbox_state}} WHERE message_id = '{rideId}'")
            );

        static List<string> Types(Answer history) =>
            history.Status == HttpStatusCode.OK
                ?
                [
                    .. (history.Body as JsonArray ?? history.Body!["items"]!.AsArray()).Select(e =>
                        e!["event_type"]!.ToString()
                    ),
                ]
                : [];
    }

    [Fact]
    public async Task Thousands_of_messages_are_counted_discarded_and_restored_by_one_request_each()
    {
        // More than any page or batch; more than 20,000 in a long run.
        var many = SubscriptionRun.Factor == 1 ? 3_000 : 21_000;
        const string queue = "issue-receipt_error";
        await using (var channel = await Channel.Open(app.Broker!))
        {
            await channel.Put(queue, Offer("a driver", Guid.CreateVersion7()), null, declare: true);
            foreach (var some in Enumerable.Range(1, many - 1).Chunk(500))
                await Task.WhenAll(
                    some.Select(_ =>
                        channel.Put(queue, Offer("a driver", Guid.CreateVersion7()), Guid.CreateVersion7().ToString())
                    )
                );
        }
        var operations = await City.Operator();
        await operations.Until(
            "all messages to be in the store",
            "operations/error-queues",
            answer => Count(answer) == many
        );
        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = queue, ["messageType"] = "DriverOffered" },
            ["dryRun"] = true,
            ["reason"] = "too many",
        };

        var plan = await operations.Post("operations/failed-messages/discard", discard.DeepClone());
        plan.ShouldBe(HttpStatusCode.OK).Body!["count"]!.GetValue<int>().ShouldBe(many);
        plan.Body!["items"]!.AsArray().Count.ShouldBe(100);
        discard["dryRun"] = false;
        (await operations.Post("operations/failed-messages/discard", discard.DeepClone())).Body!["discarded"]!
            .GetValue<int>()
            .ShouldBe(many);
        Count(await operations.Get("operations/error-queues")).ShouldBe(0);
        discard.Remove("dryRun");
        (await operations.Post("operations/failed-messages/restore", discard.DeepClone())).Body!["restored"]!
            .GetValue<int>()
            .ShouldBe(many);
        Count(await operations.Get("operations/error-queues")).ShouldBe(many);
        discard["dryRun"] = false;
        (await operations.Post("operations/failed-messages/discard", discard)).ShouldBe(HttpStatusCode.OK);

        static int Count(Answer answer) =>
            answer.Body!["items"]!
                .AsArray()
                .SingleOrDefault(item => item!["queue"]!.ToString() == queue)
                ?["count"]!.GetValue<int>()
            ?? 0;
    }

    static async Task<JsonNode> Found(Person operations, string filter) =>
        (
            await operations.Until(
                $"one failed message with {filter}",
                $"operations/failed-messages?{filter}",
                answer => answer.Status == HttpStatusCode.OK && answer.Body!["items"]!.AsArray().Count == 1
            )
        ).Body!["items"]![0]!;

    [Fact]
    public async Task A_redrive_whose_process_is_killed_halfway_neither_loses_nor_duplicates_messages()
    {
        const int messages = 12;
        var driverId = $"driver-{Guid.CreateVersion7():N}";
        var rides = Enumerable.Range(0, messages).Select(_ => Guid.CreateVersion7()).ToList();
        await using (var channel = await Channel.Open(app.Broker!))
            foreach (var ride in rides)
                await channel.Put(ErrorQueue, Offer(driverId, ride), Guid.CreateVersion7().ToString(), declare: true);

        var operations = await City.Operator();
        var list = $"operations/failed-messages?queue={ErrorQueue}&messageType=DriverOffered&limit=100";
        var failed = await operations.Until(
            "the messages to be in the store",
            list,
            answer => Mine(answer).Count == messages
        );
        var ids = new JsonArray([.. Mine(failed)]);
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
        Mine(await after.Get(list)).ShouldBeEmpty();

        List<JsonValue> Mine(Answer answer) =>
            [
                .. answer.Body!["items"]!
                    .AsArray()
                    .Where(item => rides.Contains(Guid.Parse(item!["rideId"]!.ToString())))
                    .Select(item => JsonValue.Create(item!["id"]!.ToString())),
            ];
    }

    // Its message id is that of the ride.
    static byte[] ForceCancel(string rideId) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["messageId"] = rideId,
                ["messageType"] = new JsonArray("urn:message:RideBooking.Rides:ForceCancel"),
                ["message"] = new JsonObject
                {
                    ["rideId"] = rideId,
                    ["reason"] = "the driver is unavailable",
                    ["at"] = "2026-01-01T00:00:00Z",
                },
                ["sentTime"] = "2026-01-01T00:00:00Z",
                ["headers"] = new JsonObject(),
            }.ToJsonString()
        );

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
