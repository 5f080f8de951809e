using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// A message ends every process that receives it, and the process is restarted each time: the broker dead-letters it, and
/// the rides continue. Messages fetched with it may be dead-lettered as well; an operator redrives them.
/// </summary>
sealed class DeadlyMessage : Fault<ServersScene>
{
    const string Queue = "issue-receipt";
    const string ErrorQueue = $"{Queue}_error";
    const int Deliveries = 11;

    string _id = "";

    public override string Name => "a message that kills the process";

    public override int LeavesFailed => 1;

    // The test starts the host a dozen times.
    public override bool OnLongRuns => true;

    protected override async Task Prepare(ServersScene scene, Random random)
    {
        _id = Guid.CreateVersion7().ToString();
        scene.Settings["DOTNET_STARTUP_HOOKS"] = typeof(DeadlyMessage).Assembly.Location;
        scene.Settings[StartupHook.Variable] = _id;
        await scene.KillHost();
        await scene.StartHost();
    }

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        await SomeTime(random, 700);
        await Put(scene);
        var deaths = 0;
        while (await Dies(scene))
        {
            (++deaths).ShouldBeLessThanOrEqualTo(Deliveries, "it is delivered endlessly");
            try
            {
                await scene.StartHost();
            }
            catch (InvalidOperationException) when (scene.Host.HasExited)
            {
                // It received the message before it was ready, and died again.
            }
        }
        deaths.ShouldBe(Deliveries, "the first delivery and the ten that the limit allows after it");
    }

    protected override async Task After(ServersScene scene, Rush rush, Random random)
    {
        var operations = await rush.Operator();
        var failed = (await operations.Get("operations/failed-messages")).Body!["items"]!.AsArray();
        failed.ShouldContain(message => message!["messageId"]!.ToString() == _id);
        var innocent = failed
            .Where(message => message!["messageId"]!.ToString() != _id)
            .Select(message => message!["id"]!.DeepClone())
            .ToArray();
        if (innocent.Length > 0)
            (
                await operations.Post(
                    "operations/redrives",
                    new JsonObject
                    {
                        ["selection"] = new JsonObject { ["ids"] = new JsonArray(innocent) },
                        ["reason"] = "Fetched together with a message that killed the process",
                    }
                )
            ).ShouldBe(HttpStatusCode.Accepted);
    }

    /// <summary>Returns true if the process dies, false once the message is in the error queue and the process lives.</summary>
    static async Task<bool> Dies(ServersScene scene)
    {
        await WaitFor.TrueAsync(
            "the process to die or the message to be dead-lettered",
            async () => scene.Host.HasExited || await IsDeadLettered(scene),
            WaitFor.Limit,
            () => scene.Host.Output
        );
        return scene.Host.HasExited;
    }

    static async Task<bool> IsDeadLettered(ServersScene scene) =>
        (await scene.Servers.RabbitMq.ListQueuesAsync(scene.VirtualHost))
            .Single(queue => queue.Name == ErrorQueue)
            .Ready > 0;

    /// <summary>An ordinary message that kills the host.</summary>
    async Task Put(ServersScene scene)
    {
        await using var connection = await new ConnectionFactory { Uri = scene.VirtualHost }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        var message = new JsonObject
        {
            ["messageId"] = _id,
            ["messageType"] = new JsonArray("urn:message:RideBooking.Contracts:PaymentCaptured"),
            ["message"] = new JsonObject
            {
                ["rideId"] = Guid.CreateVersion7().ToString(),
                ["riderId"] = "unknown",
                ["paymentId"] = Guid.CreateVersion7().ToString(),
                ["amount"] = new JsonObject { ["amount"] = "10.00", ["currency"] = "EUR" },
                ["attempt"] = 1,
                ["at"] = "2026-01-01T00:00:00Z",
            },
            ["headers"] = new JsonObject(),
        };
        await channel.BasicPublishAsync(
            "",
            Queue,
            mandatory: true,
            new BasicProperties
            {
                MessageId = _id,
                ContentType = "application/vnd.masstransit+json",
                Persistent = true,
            },
            Encoding.UTF8.GetBytes(message.ToJsonString())
        );
    }
}
