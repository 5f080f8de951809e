using RabbitMQ.Client;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging;

namespace RideBooking.IntegrationTests.Operations.ErrorQueues;

public sealed class RabbitMqErrorQueuesTests(Servers servers)
{
    const string Queue = "slow_error";

    [Fact]
    public async Task A_removed_message_is_recorded_once_however_long_the_recording_takes()
    {
        const int messages = 250;
        var cancellationToken = TestContext.Current.CancellationToken;
        var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
        await using (
            var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken)
        )
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
        {
            await channel.QueueDeclareAsync(
                Queue,
                durable: true,
                exclusive: false,
                autoDelete: false,
                cancellationToken: cancellationToken
            );
            for (var number = 0; number < messages; number++)
                await channel.BasicPublishAsync("", Queue, BitConverter.GetBytes(number), cancellationToken);
        }
        await using var queues = new RabbitMqErrorQueues(
            new TransportOptions(TransportKind.RabbitMq, broker, [], [], 10, 200, 0),
            TimeProvider.System
        );
        await WaitFor.TrueAsync(
            "all messages to be in the error queue",
            async () => await queues.Count(Queue, cancellationToken) == messages,
            WaitFor.Limit
        );
        var there = await ((IErrorQueues)queues).Peek(Queue, messages, cancellationToken);
        var (atOnce, recorded) = (0, new List<string>());

        await queues.Remove(
            Queue,
            there.Select(message => message.Id).ToHashSet(),
            async some =>
            {
                Interlocked.Increment(ref atOnce).ShouldBe(1);
                // A slow database: slower than the silence after which a queue is considered drained.
                await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
                recorded.AddRange(some.Select(message => message.Id));
                Interlocked.Decrement(ref atOnce);
            },
            cancellationToken
        );

        recorded.Count.ShouldBe(messages);
        recorded.Distinct().Count().ShouldBe(messages);
        (await queues.Count(Queue, cancellationToken)).ShouldBe(0);
    }
}
