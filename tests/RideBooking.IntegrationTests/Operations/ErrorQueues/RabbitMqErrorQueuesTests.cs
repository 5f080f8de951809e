using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging;

namespace RideBooking.IntegrationTests.Operations.ErrorQueues;

public sealed class RabbitMqErrorQueuesTests(Servers servers)
{
    const string Queue = "slow_error";
    const string Missing = "slow_skipped";
    const int Messages = 450;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_leaves_its_queue_after_it_was_stored_in_order_and_once()
    {
        var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Stop
        );
        await channel.QueueDeclareAsync(
            Queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            cancellationToken: Stop
        );
        for (var number = 0; number < Messages; number++)
            await channel.BasicPublishAsync(
                "",
                Queue,
                mandatory: true,
                new BasicProperties
                {
                    MessageId = number.ToString(CultureInfo.InvariantCulture),
                    // In milliseconds, as some producers write it by mistake. No clock shows so many seconds.
                    Headers = new Dictionary<string, object?> { ["sent"] = new AmqpTimestamp(1_768_039_800_000) },
                },
                BitConverter.GetBytes(number),
                Stop
            );
        await using var queues = new RabbitMqErrorQueues(
            new TransportOptions(TransportKind.RabbitMq, broker, [], [], 10, 200, 0),
            TimeProvider.System
        );
        var stored = new List<string?>();
        var mayFail = true;

        // The database is unavailable after the first batch.
        await Should.ThrowAsync<TimeoutException>(() => queues.Move([Missing, Queue], Store, Stop));
        stored.Count.ShouldBeInRange(1, Messages - 1);
        await WaitFor.TrueAsync(
            "the others to be in the queue",
            async () => await channel.MessageCountAsync(Queue, Stop) == Messages - stored.Count
        );
        mayFail = false;
        await queues.Move([Missing, Queue], Store, Stop);

        stored.ShouldBe(Enumerable.Range(0, Messages).Select(number => number.ToString(CultureInfo.InvariantCulture)));
        (await channel.MessageCountAsync(Queue, Stop)).ShouldBe(0u);

        (await queues.IsConsumed([Missing, Queue], Stop)).ShouldBeFalse("one has no consumer, and one does not exist");
        var consumer = new AsyncEventingBasicConsumer(channel);
        await channel.BasicConsumeAsync(Queue, autoAck: true, consumer, Stop);
        (await queues.IsConsumed([Queue], Stop)).ShouldBeTrue();

        Task Store(IReadOnlyList<FailedMessage> batch)
        {
            if (mayFail && stored.Count > 0)
                throw new TimeoutException("The database is unavailable.");
            stored.AddRange(batch.Select(message => message.MessageId));
            return Task.CompletedTask;
        }
    }
}
