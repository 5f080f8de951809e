using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using RabbitMQ.Client;
using RideBooking.Contracts;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.EventLog;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Operations.Redrives;

/// <summary>
/// Thousands of messages, several of each ride, failed because of a bug. It is fixed, and the host dies three times while it
/// redrives them.
/// </summary>
public sealed class When_hosts_die_during_a_large_redrive(Servers servers)
{
    const string Endpoint = "track-assignments";
    const int PerRide = 4;

    // 2,000 messages; 10,000 in long runs.
    static readonly int s_rides = SubscriptionRun.Factor == 1 ? 500 : 2_500;
    static readonly int s_messages = s_rides * PerRide;

    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_is_handled_once_and_those_of_a_ride_in_their_order()
    {
        var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        var database = await (await servers.PostgresAsync()).CreateMigratedDatabaseAsync();
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = DatabaseProviders.Postgres,
            ["ConnectionStrings__RideBooking"] = database,
            ["Transport__Kind"] = "RabbitMq",
            ["ConnectionStrings__RabbitMq"] = broker.ToString(),
        };
        var host = await HostProcess.StartAsync(settings);
        List<HostProcess> hosts = [host];
        try
        {
            await PutInErrorQueue(broker);
            var operations = await new City(() => new HttpClient { BaseAddress = host.Address }).Operator();
            await operations.Until(
                "all to be failed messages",
                "operations/error-queues",
                answer =>
                    answer.Body!["items"]!
                        .AsArray()
                        .Any(queue =>
                            queue!["queue"]!.ToString() == $"{Endpoint}_error"
                            && queue["count"]!.GetValue<int>() == s_messages
                        ),
                WaitFor.Limit
            );
            var redrive = await operations.Redrive($"{Endpoint}_error");
            for (var kills = 1; kills <= 3; kills++)
            {
                var sent = s_messages * kills / 5;
                await operations.Until(
                    $"{sent} to be sent",
                    redrive,
                    answer => answer.Body?["sent"]?.GetValue<int>() >= sent,
                    WaitFor.Limit
                );
                await host.KillAsync();
                host = await HostProcess.StartInPlaceOfAsync(host, settings);
                hosts.Add(host);
            }

            var done = await operations.Until(
                "all to be handled",
                redrive,
                answer =>
                    answer.Body?["status"]?.ToString() == "completed"
                    && answer.Body["outcomes"]!["pending"]!.GetValue<int>() == 0,
                WaitFor.Limit
            );
            var outcomes = done.Body!["outcomes"]!;
            // One that was sent and not recorded when the host died was sent again, and was handled once.
            (outcomes["consumed"]!.GetValue<int>() + outcomes["deduplicated"]!.GetValue<int>()).ShouldBe(
                s_messages,
                done.Body.ToJsonString()
            );
            var rows = new Database(sqlite: false, database);
            (await rows.Count("SELECT count(*) FROM {drivers.assignments}")).ShouldBe(s_messages);
            var disorder = await rows.Count(
                """
                SELECT count(*) FROM (
                    SELECT i.received, lag(i.received) OVER (PARTITION BY f.ride_id ORDER BY f.sent_at) AS before
                    FROM {operations.failed_messages} f JOIN {messaging.inbox_state} i ON i.message_id = f.message_id::uuid
                ) AS handled WHERE received < before
                """
            );
            disorder.ShouldBe(0, "a message was handled before an earlier one of its ride");
        }
        finally
        {
            foreach (var process in hosts)
                await process.DisposeAsync();
        }
    }

    /// <summary>Puts messages in the error queue, those of a ride in any order, as their failures may have been.</summary>
    static async Task PutInErrorQueue(Uri broker)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Stop
        );
        await channel.QueueDeclareAsync(
            $"{Endpoint}_error",
            durable: true,
            exclusive: false,
            autoDelete: false,
            cancellationToken: Stop
        );
        var rides = Enumerable.Range(0, s_rides).Select(_ => Guid.CreateVersion7()).ToList();
        var at = DateTimeOffset.UtcNow.AddHours(-1);
        var messages = Enumerable.Range(0, s_messages).ToArray();
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        new Random(seed).Shuffle(messages);
        var publishing = messages.Chunk(500);
        foreach (var batch in publishing)
            await Task.WhenAll(batch.Select(number => Publish(number).AsTask()));

        ValueTask Publish(int number)
        {
            var sentAt = at.AddMilliseconds(number);
            var message = new OfferExpired(
                rides[number % s_rides],
                Guid.CreateVersion7(),
                $"driver-{number}",
                "timeout",
                sentAt
            );
            var envelope = new JsonObject
            {
                ["messageId"] = Guid.CreateVersion7().ToString(),
                ["messageType"] = new JsonArray($"urn:message:RideBooking.Contracts:{nameof(OfferExpired)}"),
                ["message"] = JsonSerializer.SerializeToNode(message, s_json),
                ["sentTime"] = sentAt.ToString("O", CultureInfo.InvariantCulture),
                ["headers"] = new JsonObject(),
            };
            return channel.BasicPublishAsync(
                "",
                $"{Endpoint}_error",
                mandatory: true,
                new BasicProperties
                {
                    ContentType = "application/vnd.masstransit+json",
                    Persistent = true,
                    Headers = new Dictionary<string, object?>
                    {
                        [MessageHeaders.FaultTimestamp] = DateTimeOffset.UtcNow.ToString(
                            "O",
                            CultureInfo.InvariantCulture
                        ),
                        [MessageHeaders.FaultExceptionType] = "System.InvalidOperationException",
                        [MessageHeaders.FaultMessage] = "A bug.",
                    },
                },
                Encoding.UTF8.GetBytes(envelope.ToJsonString()),
                Stop
            );
        }
    }
}
