using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Collects the messages that RabbitMQ pushes, in batches. As many are in memory as the channel's limit allows.</summary>
internal sealed class PushedMessages(IChannel channel) : AsyncDefaultBasicConsumer(channel)
{
    readonly Channel<Message> _messages = System.Threading.Channels.Channel.CreateUnbounded<Message>();

    /// <summary>Returns the messages that came, oldest first: a full batch, or those that came in a time.</summary>
    /// <returns>Null when the consumer was cancelled and all its messages were taken.</returns>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">The channel was closed.</exception>
    public async Task<IReadOnlyList<Message>?> Take(int max, TimeSpan time, CancellationToken cancellationToken)
    {
        List<Message> batch = [];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(time);
        try
        {
            while (batch.Count < max)
                if (_messages.Reader.TryRead(out var message))
                    batch.Add(message);
                else if (!await _messages.Reader.WaitToReadAsync(end.Token))
                    return batch.Count > 0 ? batch : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }
        return batch;
    }

    /// <inheritdoc />
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default
    )
    {
        // The body is valid only during this call.
        _messages.Writer.TryWrite(new Message(deliveryTag, properties, routingKey, body.ToArray()));
        return Task.CompletedTask;
    }

    // The messages before the end of the consumer have been delivered: the client calls these methods in order.
    /// <inheritdoc />
    protected override Task OnCancelAsync(string[] consumerTags, CancellationToken cancellationToken = default)
    {
        _messages.Writer.TryComplete();
        return base.OnCancelAsync(consumerTags, cancellationToken);
    }

    /// <inheritdoc />
    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _messages.Writer.TryComplete(new RabbitMQ.Client.Exceptions.OperationInterruptedException(reason));
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    /// <param name="DeliveryTag">Identifies the delivery on its channel.</param>
    /// <param name="Properties">The message's properties.</param>
    /// <param name="RoutingKey">The routing key with which it was delivered.</param>
    /// <param name="Body">The body.</param>
    internal readonly record struct Message(
        ulong DeliveryTag,
        IReadOnlyBasicProperties Properties,
        string RoutingKey,
        byte[] Body
    );
}
