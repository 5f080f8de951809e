using System.Text.Json.Nodes;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.IntegrationTests.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Messaging.Partitions;

/// <summary>A host that divides each endpoint's messages among three queues.</summary>
public sealed class PartitionedRideBooking(Servers servers) : RideBookingOn(servers)
{
    protected override string Provider => DatabaseProviders.Postgres;

    protected override async Task Configure(Dictionary<string, string> settings)
    {
        settings["ConnectionStrings__RideBooking"] = await Servers.CreateMigratedDatabaseAsync(Provider);
        settings["Messaging__Partitions"] = "3";
        settings["Messaging__Redelivery"] = "";
        await UseRabbitMq(settings);
    }
}

/// <summary>The test classes that share the host.</summary>
[CollectionDefinition]
public sealed class OnPartitions : ICollectionFixture<PartitionedRideBooking>;

[Collection(typeof(OnPartitions))]
public sealed class PartitionedEndpointsTests(PartitionedRideBooking app, Servers servers)
{
    const string Endpoint = "track-assignments";
    const string FailedIn = "MT-Fault-InputAddress";

    [Fact]
    public async Task Are_consumed_by_one_host_at_a_time_and_share_the_endpoint_s_error_queue()
    {
        var rides = Enumerable.Range(0, 8).Select(_ => Guid.CreateVersion7()).ToList();
        await Publish(rides);
        var operations = await app.City.Operator();
        await operations.FindIn($"{Endpoint}_error", rides.Count);

        var queues = (await (await servers.RabbitMqAsync()).ListQueuesAsync(app.Broker!)).ToDictionary(
            queue => queue.Name,
            queue => queue.Arguments
        );
        queues.Keys.ShouldNotContain(Endpoint);
        foreach (var partition in new[] { 1, 2, 3 })
            queues[$"{Endpoint}-{partition}"]
                .ShouldBe([
                    $"x-dead-letter-exchange={Endpoint}_error",
                    "x-dead-letter-strategy=at-least-once",
                    "x-delivery-limit=10",
                    "x-overflow=reject-publish",
                    "x-queue-type=quorum",
                    "x-single-active-consumer=True",
                ]);
        queues[$"{Endpoint}_error"].ShouldBe(["x-queue-type=classic"]);

        // A redriven message fails again, at the partition it came from.
        var before = await WhereTheyFailed(operations);
        before.Values.Distinct().Count().ShouldBeGreaterThan(1, "the rides are divided");
        await operations.RedriveAll();
        await operations.FindIn($"{Endpoint}_error", rides.Count);
        (await WhereTheyFailed(operations)).ShouldBe(before, ignoreOrder: true);
    }

    [Theory]
    [InlineData(0, "has the queue ")]
    [InlineData(2, "-3, of another number")]
    public async Task Of_a_different_number_end_the_start_with_one_line(int partitions, string message)
    {
        var (exitCode, output) = await HostProcess.RunToEndAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Transport__Kind"] = "RabbitMq",
                ["ConnectionStrings__RabbitMq"] = app.Broker!.ToString(),
                ["Messaging__Partitions"] = $"{partitions}",
            }
        );

        exitCode.ShouldBe(2, output);
        output.ShouldStartWith($"Messaging:Partitions is {partitions}, but RabbitMQ has the queue ");
        output.ShouldContain(message);
        output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Need_RabbitMQ()
    {
        var (exitCode, output) = await HostProcess.RunToEndAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Messaging__Partitions"] = "2",
            }
        );

        exitCode.ShouldBe(2, output);
        output.ShouldStartWith("Messaging:Partitions divides queues among hosts, and needs Transport:Kind=RabbitMq");
    }

    static async Task<Dictionary<string, string>> WhereTheyFailed(Person operations)
    {
        var where = new Dictionary<string, string>();
        var list = await operations.Get($"operations/failed-messages?queue={Endpoint}_error&limit=100");
        foreach (var item in list.Body!["items"]!.AsArray())
        {
            var message = await operations.Get($"operations/failed-messages/{item!["id"]}");
            where[item["rideId"]!.ToString()] = message.Body!["headers"]![FailedIn]!.ToString();
        }
        return where;
    }

    /// <summary>Puts unreadable messages, each of a ride.</summary>
    async Task Publish(IEnumerable<Guid> rides)
    {
        foreach (var ride in rides)
            await Put.At(
                app.Broker!,
                Endpoint,
                ride,
                Guid.CreateVersion7(),
                new JsonObject { ["rideId"] = ride.ToString(), ["fare"] = "no money" }
            );
    }
}
