using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.IntegrationTests.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Messaging.RabbitMq;

public sealed class BrokerQueuesTests(RideBookingOnPostgres app, Servers servers) : IClassFixture<RideBookingOnPostgres>
{
    // Two endpoints, so that no test finds the other's messages in its error queue.
    const string Poison = "track-assignments";
    const string Neighbour = "issue-receipt";

    [Fact]
    public async Task Lose_nothing_by_their_arguments()
    {
        var operations = await app.City.Operator();
        // Also covers the skipped and error queues that MassTransit creates on demand.
        await Put(Neighbour, Message("UnknownMessage", new JsonObject()), Guid.CreateVersion7().ToString());
        await Put(Neighbour, Encoding.UTF8.GetBytes("not JSON"), Guid.CreateVersion7().ToString());
        await operations.Until(
            "the message of an unknown type and the unreadable one to be dead-lettered",
            "operations/error-queues",
            queues => queues.Body!["items"]!.AsArray().Count(queue => queue!["endpoint"]!.ToString() == Neighbour) == 2
        );

        var queues = (await (await servers.RabbitMqAsync()).ListQueuesAsync(app.Broker!)).ToDictionary(
            queue => queue.Name,
            queue => queue.Arguments
        );

        var endpoints = queues.Keys.Where(name => !name.Contains('_', StringComparison.Ordinal)).ToList();
        endpoints.Count.ShouldBeGreaterThan(15);
        foreach (var endpoint in endpoints)
        {
            queues[endpoint]
                .ShouldBe(
                    [
                        $"x-dead-letter-exchange={endpoint}_error",
                        "x-dead-letter-strategy=at-least-once",
                        "x-delivery-limit=10",
                        "x-overflow=reject-publish",
                        "x-queue-type=quorum",
                    ],
                    endpoint
                );
            queues[$"{endpoint}_error"].ShouldBe(["x-queue-type=classic"], endpoint);
        }
        queues[$"{Neighbour}_skipped"].ShouldBe(["x-queue-type=classic"]);
    }

    // A transient exchange loses its bindings with the broker's process: a message published before they are declared again
    // is confirmed and lost.
    [Fact]
    public async Task Are_durably_bound_to_every_message_also_to_those_internal_to_modules()
    {
        var broker = await servers.RabbitMqAsync();
        var exchanges = await broker.ListExchangesAsync(app.Broker!);

        var messages = exchanges.Where(exchange => exchange.Name.Contains(':', StringComparison.Ordinal)).ToList();
        messages.ShouldContain(exchange => exchange.Name == "RideBooking.Contracts:RideRequested");
        messages.ShouldContain(exchange => exchange.Name == "RideBooking.Payments:ChargeCard");
        messages.ShouldAllBe(exchange => exchange.Durable && !exchange.AutoDelete);
    }

    [Fact]
    public async Task Dead_letter_a_message_that_kills_its_consumer_and_a_redrive_returns_it()
    {
        var (rideId, messageId) = (Guid.CreateVersion7(), Guid.CreateVersion7().ToString());
        var message = Message(
            "DriverOffered",
            new JsonObject
            {
                ["rideId"] = rideId.ToString(),
                ["riderId"] = "unknown",
                ["offerId"] = Guid.CreateVersion7().ToString(),
                ["driverId"] = "a driver",
                ["pickup"] = City.Alexanderplatz.DeepClone(),
                ["dropoff"] = City.Zoo.DeepClone(),
                ["pickupEtaSeconds"] = 120,
                ["expiresAt"] = "2100-01-01T00:00:00Z",
                ["at"] = "2026-01-01T00:00:00Z",
            }
        );
        await app.Host.KillAsync();
        await Put(Poison, message, messageId);

        // The broker sees a killed process as a connection that closes without an acknowledgement.
        var deaths = 0;
        while (await ReceiveAndDie(messageId))
            deaths++.ShouldBeLessThan(50, "it is delivered endlessly");
        deaths.ShouldBe(11, "the first delivery and the ten that the limit allows after it");

        await app.KillAndStartAgain();
        var operations = await app.City.Operator();
        var found = await operations.Until(
            "the poison message to be listed",
            $"operations/failed-messages?rideId={rideId}",
            list => list.Body!["items"]!.AsArray().Count == 1
        );
        var failed = found.Body!["items"]![0]!;
        failed["queue"]!.ToString().ShouldBe($"{Poison}_error");
        failed["messageId"]!.ToString().ShouldBe(messageId);
        failed["messageType"]!.ToString().ShouldBe("DriverOffered");
        failed["exceptionType"]!.ToString().ShouldBe("RabbitMQ: delivery_limit");
        failed["exceptionMessage"]!.ToString().ShouldContain("crashes on this message");
        DateTimeOffset
            .Parse(failed["failedAt"]!.ToString(), null)
            .ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-10));

        // This host can consume it.
        var redrive = await operations.Post(
            "operations/redrives",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["ids"] = new JsonArray(failed["id"]!.ToString()) },
                ["reason"] = "The new version can consume it",
            }
        );
        redrive.ShouldBe(HttpStatusCode.Accepted);
        await WaitFor.TrueAsync(
            "the message to be consumed",
            async () =>
                (await Queue(Poison)) is { Ready: 0, Unacknowledged: 0 } && (await Queue($"{Poison}_error")).Ready == 0,
            WaitFor.Limit
        );
        (await operations.Get($"operations/failed-messages?rideId={rideId}")).Body!["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_an_earlier_version_end_the_start_with_one_line()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using (
            var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken)
        )
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
            await channel.QueueDeclareAsync("ride", true, false, false, cancellationToken: cancellationToken);

        var (exitCode, output) = await HostProcess.RunToEndAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Transport__Kind"] = "RabbitMq",
                ["ConnectionStrings__RabbitMq"] = broker.ToString(),
            }
        );

        exitCode.ShouldBe(2, output);
        output.ShouldStartWith("The queue ride on RabbitMQ was made with other arguments, by an earlier version");
        output.ShouldNotContain("   at ");
    }

    /// <summary>Receives the message and dies; returns false once it is not delivered any more.</summary>
    async Task<bool> ReceiveAndDie(string messageId)
    {
        await using var connection = await new ConnectionFactory { Uri = app.Broker! }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        if (await Take(channel) is not { } taken)
            return false;
        taken.BasicProperties.MessageId.ShouldBe(messageId);
        await connection.AbortAsync();
        return true;
    }

    /// <summary>Waits until the unacknowledged message is redelivered or dead-lettered.</summary>
    static async Task<BasicGetResult?> Take(IChannel channel)
    {
        BasicGetResult? taken = null;
        await WaitFor.TrueAsync(
            "the message to be redelivered or dead-lettered",
            async () =>
                (taken = await channel.BasicGetAsync(Poison, autoAck: false)) is not null
                || await channel.MessageCountAsync($"{Poison}_error") > 0,
            WaitFor.Limit
        );
        return taken;
    }

    async Task<QueueCounts> Queue(string name) =>
        (await (await servers.RabbitMqAsync()).ListQueuesAsync(app.Broker!)).Single(queue => queue.Name == name);

    async Task Put(string queue, byte[] body, string messageId)
    {
        await using var connection = await new ConnectionFactory { Uri = app.Broker! }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        var properties = new BasicProperties
        {
            MessageId = messageId,
            ContentType = "application/vnd.masstransit+json",
            Persistent = true,
        };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
    }

    static byte[] Message(string type, JsonObject message) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["messageType"] = new JsonArray($"urn:message:RideBooking.Contracts:{type}"),
                ["message"] = message,
                ["sentTime"] = "2026-01-01T00:00:00Z",
                ["headers"] = new JsonObject(),
            }.ToJsonString()
        );
}
