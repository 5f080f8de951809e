using System.Text;
using RabbitMQ.Client;

namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>Unreadable messages arrive among the others: they end in the error queue and delay no other message.</summary>
sealed class PoisonPayload : Fault<ServersScene>
{
    static readonly string[] s_payloads = ["\u0000\u0001not JSON", "{\"message\":", "{\"messageId\":7,\"message\":[]}"];
    static readonly string[] s_queues = ["ride", "compute-fare", "payment"];

    public override string Name => "a poison payload";

    public override int LeavesFailed => s_payloads.Length;

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        await using var connection = await new ConnectionFactory { Uri = scene.VirtualHost }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        foreach (var payload in s_payloads)
        {
            await SomeTime(random, 700);
            await channel.BasicPublishAsync(
                "",
                s_queues[random.Next(s_queues.Length)],
                mandatory: true,
                new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true },
                Encoding.UTF8.GetBytes(payload)
            );
        }
    }
}
