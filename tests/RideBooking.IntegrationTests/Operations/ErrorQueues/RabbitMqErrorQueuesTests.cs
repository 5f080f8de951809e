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
    const string Other = "other_error";
    const string Missing = "slow_skipped";
    const int Messages = 450;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_leaves_its_queue_after_it_was_stored_in_order_and_once()
    {
        await using var broker = await Broker.Start(servers);
        var channel = broker.Channel;
        await broker.Declare(Queue);
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
        var queues = broker.Queues;
        var stored = new List<string?>();
        var mayFail = true;

        // The database is unavailable after the first batch.
        var failure = await Should.ThrowAsync<AggregateException>(() => queues.Move([Missing, Queue], Store, Stop));
        failure.InnerException.ShouldBeOfType<TimeoutException>();
        failure.Message.ShouldContain(Queue);
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

    [Fact]
    public async Task A_queue_that_fills_without_a_pause_does_not_keep_the_others_waiting()
    {
        await using var broker = await Broker.Start(servers);
        await broker.Declare(Queue, Other);
        for (var number = 0; number < Messages; number++)
            await broker.Publish(Queue);
        await broker.Publish(Other);
        var isOtherMoved = false;
        var moved = 0;

        await broker.Queues.Move([Queue, Other], Store, Stop);

        isOtherMoved.ShouldBeTrue();
        (await broker.Channel.MessageCountAsync(Queue, Stop)).ShouldBe(0u);

        // Another message fails for each that is moved.
        async Task Store(IReadOnlyList<FailedMessage> batch)
        {
            isOtherMoved |= batch[0].Queue == Other;
            moved += batch.Count;
            moved.ShouldBeLessThan(10_000, "the other queue is not moved");
            for (var number = 0; !isOtherMoved && number < batch.Count; number++)
                await broker.Publish(Queue);
        }
    }

    [Fact]
    public async Task A_queue_whose_messages_cannot_be_stored_does_not_keep_the_others_waiting()
    {
        await using var broker = await Broker.Start(servers);
        await broker.Declare(Queue, Other);
        await broker.Publish(Queue);
        await broker.Publish(Other);
        List<string> moved = [];

        var failure = await Should.ThrowAsync<AggregateException>(() =>
            broker.Queues.Move([Queue, Other], Store, Stop)
        );

        failure.Message.ShouldContain(Queue);
        moved.ShouldBe([Other]);
        await WaitFor.TrueAsync(
            "the message to be in its queue",
            async () => await broker.Channel.MessageCountAsync(Queue, Stop) == 1
        );

        Task Store(IReadOnlyList<FailedMessage> batch)
        {
            if (batch[0].Queue == Queue)
                throw new InvalidOperationException("The store does not accept it.");
            moved.AddRange(batch.Select(message => message.Queue));
            return Task.CompletedTask;
        }
    }

    /// <summary>A broker with error queues.</summary>
    sealed class Broker(IConnection connection, IChannel channel, RabbitMqErrorQueues queues) : IAsyncDisposable
    {
        public IChannel Channel => channel;

        public RabbitMqErrorQueues Queues => queues;

        public static async Task<Broker> Start(Servers servers)
        {
            var address = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
            var connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync(Stop);
            var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(
                    publisherConfirmationsEnabled: true,
                    publisherConfirmationTrackingEnabled: true
                ),
                Stop
            );
            return new Broker(
                connection,
                channel,
                new RabbitMqErrorQueues(
                    new TransportOptions(TransportKind.RabbitMq, address, [], [], TimerStore.Outbox, 10, 200, 0),
                    TimeProvider.System
                )
            );
        }

        public async Task Declare(params string[] names)
        {
            foreach (var name in names)
                await channel.QueueDeclareAsync(
                    name,
                    durable: true,
                    exclusive: false,
                    autoDelete: false,
                    cancellationToken: Stop
                );
        }

        public ValueTask Publish(string queue) =>
            channel.BasicPublishAsync(
                "",
                queue,
                mandatory: true,
                new BasicProperties { MessageId = Guid.CreateVersion7().ToString() },
                ReadOnlyMemory<byte>.Empty,
                Stop
            );

        public async ValueTask DisposeAsync()
        {
            await queues.DisposeAsync();
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
