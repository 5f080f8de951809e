using System.Net;
using System.Text.Json.Nodes;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.IntegrationTests.Platform.Messaging.Partitions;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Operations.Endpoints;

/// <summary>Two hosts on RabbitMQ and PostgreSQL stop to consume an endpoint, with one queue and with partitions.</summary>
public sealed class When_an_endpoint_is_paused_on_RabbitMQ(Servers servers)
{
    const string Endpoint = "track-assignments";
    const int Messages = 60;

    static readonly JsonObject s_reason = new() { ["reason"] = "a test" };

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Its_messages_wait_in_the_queue_and_each_is_handled_once_after_it_is_resumed(int partitions)
    {
        var rabbitMq = await servers.RabbitMqAsync();
        var broker = await rabbitMq.CreateVirtualHostAsync();
        var connectionString = await servers.CreateMigratedDatabaseAsync(DatabaseProviders.Postgres);
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = DatabaseProviders.Postgres,
            ["ConnectionStrings__RideBooking"] = connectionString,
            ["Transport__Kind"] = "RabbitMq",
            ["ConnectionStrings__RabbitMq"] = broker.ToString(),
            ["Messaging__Partitions"] = $"{partitions}",
            ["Metrics__Interval"] = "00:00:01",
        };
        await using var staying = await HostProcess.StartAsync(settings);
        var leaving = await HostProcess.StartAsync(settings);
        var operations = await new City(() => new HttpClient { BaseAddress = staying.Address }).Operator();
        var database = new Database(sqlite: false, connectionString);
        List<Guid> sent = [];
        try
        {
            // Messages are on their way when it is paused.
            for (var number = 0; number < Messages; number++)
            {
                if (number == Messages / 3)
                    (await operations.Post($"operations/endpoints/{Endpoint}/pause", s_reason.DeepClone())).ShouldBe(
                        HttpStatusCode.OK
                    );
                sent.Add(Guid.CreateVersion7());
                await Put.Offer(broker, Endpoint, Guid.CreateVersion7(), sent[^1]);
            }
            // What the hosts were handling then is finished when they say that they paused it.
            await Consumers(0);
            await Paused(staying);
            await Paused(leaving);
            var handled = await Handled();
            for (var number = 0; number < Messages; number++)
            {
                sent.Add(Guid.CreateVersion7());
                await Put.Offer(broker, Endpoint, Guid.CreateVersion7(), sent[^1]);
            }
            await OthersWait(handled);

            // A host that starts meanwhile does not consume it either.
            (await leaving.StopAsync()).ShouldBe(0, leaving.Output);
            leaving.Output.ShouldNotContain("Stopped before everything in flight was finished");
            var left = leaving;
            leaving = HostProcess.BeginInPlaceOf(left, settings);
            await left.DisposeAsync();
            await leaving.ReadyAsync();
            await Consumers(0);
            await OthersWait(handled);
            (await Handled()).ShouldBe(handled);
            var depth = await operations.Until(
                "the depth of the queue",
                $"operations/endpoints/{Endpoint}",
                answer => AreTheOthers(answer.Body!["queueDepth"]?.GetValue<long>(), handled)
            );
            depth.Body!["paused"]!.GetValue<bool>().ShouldBeTrue();

            (await operations.Post($"operations/endpoints/{Endpoint}/resume", s_reason.DeepClone())).ShouldBe(
                HttpStatusCode.OK
            );
            await Consumers(2 * Math.Max(1, partitions));
            await WaitFor.TrueAsync(
                "all messages to be handled",
                async () => await Handled() == sent.Count,
                WaitFor.Limit,
                () => staying.Output
            );
            (await database.Count("SELECT count(*) FROM drivers.assignments")).ShouldBe(sent.Count);
            (await operations.ErrorQueues()).ShouldBeEmpty();
        }
        finally
        {
            await leaving.DisposeAsync();
            await rabbitMq.DeleteVirtualHostAsync(broker);
        }

        Task Paused(HostProcess host) =>
            WaitFor.TrueAsync(
                "the host to have paused the endpoint",
                () => Task.FromResult(host.Output.Contains($"The endpoint {Endpoint} is paused")),
                WaitFor.Limit,
                () => host.Output
            );

        async Task OthersWait(int handled)
        {
            (long Ready, long Unacknowledged) seen = default;
            await WaitFor.TrueAsync(
                $"{sent.Count - handled} messages to wait, with none unacknowledged",
                async () =>
                {
                    var queues = (await rabbitMq.ListQueuesAsync(broker)).Where(IsOfTheEndpoint).ToList();
                    seen = (queues.Sum(queue => queue.Ready), queues.Sum(queue => queue.Unacknowledged));
                    return AreTheOthers(seen.Ready, handled) && seen.Unacknowledged == 0;
                },
                WaitFor.Limit,
                () => $"{seen}\n{staying.Output}"
            );
        }

        // A partition returns what it is handling to its queue at once, to keep the order. So a few messages that are handled may
        // wait, too; the inbox ignores them.
        bool AreTheOthers(long? waiting, int handled) =>
            partitions == 0 ? waiting == sent.Count - handled : waiting >= sent.Count - handled;

        bool IsOfTheEndpoint(QueueCounts queue) => queue.Name is Endpoint or $"{Endpoint}-1" or $"{Endpoint}-2";

        Task Consumers(int count) =>
            WaitFor.TrueAsync(
                $"{count} consumers",
                async () =>
                {
                    string[] columns = ["queue_name", "consumer_tag"];
                    var json = await rabbitMq.ControlAsync([
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
                            .Count(consumer =>
                                consumer!["queue_name"]!.ToString() is Endpoint or $"{Endpoint}-1" or $"{Endpoint}-2"
                            ) == count;
                },
                WaitFor.Limit,
                () => staying.Output
            );

        async Task<int> Handled() =>
            (int)
                await database.Count(
                    "SELECT count(*) FROM {messaging.inbox_state} WHERE consumed IS NOT NULL AND consumer_id = '"
                        + $"{await InboxOf.Consumer<RideBooking.Contracts.DriverOffered>(Endpoint)}'"
                );
    }
}
