using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The error queues on RabbitMQ, accessed over a connection of their own.</summary>
/// <remarks>
/// Messages that a channel has taken and not acknowledged return to their place, in order, when the channel closes.
/// </remarks>
internal sealed class RabbitMqErrorQueues(TransportOptions transport, TimeProvider clock)
    : IErrorQueues,
        IReceiveObserver,
        IAsyncDisposable
{
    // The skipped queues of most endpoints do not exist, because MassTransit creates them with the first message, and the broker
    // logs an error for each query for a missing one. So it is asked again only after this time, or after a message was skipped
    // in this process.
    static readonly TimeSpan s_missingFor = TimeSpan.FromMinutes(1);

    // Stored together: one transaction instead of one per message.
    const int Batch = 200;

    // While one batch is stored, the broker pushes the next.
    const int MaxPushed = 2 * Batch;

    // After so many messages the next queue has its turn: one that fills without a pause must not hide the others.
    const int Turn = 10 * Batch;

    // How long to wait for a batch to fill.
    static readonly TimeSpan s_collect = TimeSpan.FromMilliseconds(100);

    readonly ConcurrentDictionary<string, long> _missing = [];

    static readonly CreateChannelOptions s_confirmed = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true
    );

    readonly SemaphoreSlim _connecting = new(1);
    readonly SemaphoreSlim _publishing = new(1);
    IConnection? _connection;
    IChannel? _sending;

    public async Task Move(
        IReadOnlyList<string> queues,
        Func<IReadOnlyList<FailedMessage>, Task> store,
        CancellationToken cancellationToken
    )
    {
        bool more;
        do
        {
            more = false;
            var notMoved = new QueuesNotMoved();
            var channel = await Open(cancellationToken);
            try
            {
                foreach (var queue in queues.Where(IsNotMissing))
                {
                    var asked = clock.GetTimestamp();
                    try
                    {
                        more |= await Move(channel, queue, store, cancellationToken);
                    }
                    catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                    {
                        if (
                            exception is OperationInterruptedException interrupted
                            && BrokerErrors.IsNotFound(interrupted.ShutdownReason)
                        )
                            _missing[queue] = asked;
                        else
                            notMoved.Add(queue, exception);
                        // What was not stored returns to its queue. The broker also closes a channel that asks for a missing queue.
                        await channel.DisposeAsync();
                        channel = await Open(cancellationToken);
                    }
                }
            }
            finally
            {
                await channel.DisposeAsync();
            }
            notMoved.ThrowIfAny();
        } while (more);
    }

    bool IsNotMissing(string queue) =>
        !_missing.TryGetValue(queue, out var asked) || clock.GetElapsedTime(asked) >= s_missingFor;

    /// <summary>Moves the messages of a queue, until it is empty or its turn is over.</summary>
    /// <returns>Whether messages are left.</returns>
    async Task<bool> Move(
        IChannel channel,
        string queue,
        Func<IReadOnlyList<FailedMessage>, Task> store,
        CancellationToken cancellationToken
    )
    {
        if (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is not { } first)
            return false;
        await store([Read(queue, first.BasicProperties, first.RoutingKey, first.Body)]);
        await channel.BasicAckAsync(first.DeliveryTag, multiple: false, CancellationToken.None);
        return first.MessageCount > 0 && await MoveMany(queue, store, cancellationToken);
    }

    /// <summary>Moves messages that the broker pushes: a round trip for each would let a queue grow under load.</summary>
    async Task<bool> MoveMany(
        string queue,
        Func<IReadOnlyList<FailedMessage>, Task> store,
        CancellationToken cancellationToken
    )
    {
        // What was pushed and not stored returns to the queue when the channel closes.
        await using var channel = await Open(cancellationToken);
        await channel.BasicQosAsync(0, MaxPushed, global: false, cancellationToken);
        var pushed = new PushedMessages(channel);
        var tag = await channel.BasicConsumeAsync(queue, autoAck: false, pushed, cancellationToken);
        var moved = 0;
        var isLast = false;
        while (await pushed.Take(Batch, s_collect, cancellationToken) is { } batch)
        {
            if (batch.Count > 0)
            {
                await store([
                    .. batch.Select(message => Read(queue, message.Properties, message.RoutingKey, message.Body)),
                ]);
                await channel.BasicAckAsync(batch[^1].DeliveryTag, multiple: true, CancellationToken.None);
                moved += batch.Count;
            }
            if (!isLast && (batch.Count == 0 || moved >= Turn))
            {
                isLast = true;
                await channel.BasicCancelAsync(tag, cancellationToken: cancellationToken);
            }
        }
        return await channel.MessageCountAsync(queue, cancellationToken) > 0;
    }

    // Where an endpoint's messages are partitioned, its exchange routes them to the right queue.
    public async Task<Task> SendBack(FailedMessage message, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties
        {
            MessageId = message.MessageId,
            ContentType = message.ContentType,
            Persistent = true,
            Headers = message
                .Headers.Where(header => header.Value is not null)
                .ToDictionary(header => header.Key, header => (object?)Encoding.UTF8.GetBytes(header.Value!)),
        };
        if (message.Properties is { } described)
            RabbitMqProperties.Restore(described, properties);
        // MassTransit timestamps messages by the system's clock.
        properties.Headers = properties
            .Headers!.Where(header => !FailedMessage.DescribesFailure(header.Key))
            .Append(new(DueTime.Header, DueTime.Text(TimeProvider.System.GetUtcNow())))
            .ToDictionary(header => header.Key, header => header.Value);
        var (exchange, key) =
            transport.Partitions > 0
                ? (message.Endpoint, message.RideId?.ToString() ?? message.RoutingKey ?? "")
                : ("", message.Endpoint);
        IChannel? channel = null;
        try
        {
            ValueTask confirmed;
            // Redrives share a channel, and start to send one message after the other.
            await _publishing.WaitAsync(cancellationToken);
            try
            {
                channel = await SendingChannel(cancellationToken);
                confirmed = channel.BasicPublishAsync(
                    exchange,
                    key,
                    mandatory: true,
                    properties,
                    message.BodyToSend(),
                    cancellationToken
                );
            }
            finally
            {
                _publishing.Release();
            }
            await confirmed;
        }
        catch (Exception exception)
            when (exception is PublishReturnException || BrokerErrors.IsNotFound(channel?.CloseReason))
        {
            throw new QueueNotFoundException(message.Endpoint);
        }
        // It is too large, or has a property that the broker checks, such as a user who is not the host's.
        catch (Exception exception) when (BrokerErrors.IsMessageRefused(channel?.CloseReason))
        {
            throw new MessageRefusedException(channel!.CloseReason!.ReplyText, exception);
        }
        return Task.CompletedTask;
    }

    public async Task<bool> IsConsumed(IReadOnlyList<string> queues, CancellationToken cancellationToken)
    {
        await using var channel = await Open(cancellationToken);
        try
        {
            foreach (var queue in queues)
                if ((await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).ConsumerCount > 0)
                    return true;
            return false;
        }
        catch (OperationInterruptedException exception) when (BrokerErrors.IsNotFound(exception.ShutdownReason))
        {
            return false;
        }
    }

    // The message is on its way to the error queue, which may not have been created yet.
    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception)
    {
        Forget(context, ReceiveEndpoints.ErrorSuffix);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostReceive(ReceiveContext context)
    {
        if (!context.IsDelivered && !context.IsFaulted)
            Forget(context, ReceiveEndpoints.SkippedSuffix);
        return Task.CompletedTask;
    }

    // The partitions of an endpoint share its queues.
    void Forget(ReceiveContext context, string suffix)
    {
        var queue = context.InputAddress.Segments[^1].Trim('/');
        _missing.TryRemove(queue + suffix, out _);
        if (transport.Partitions > 0 && queue.LastIndexOf('-') is > 0 and var dash)
            _missing.TryRemove(queue[..dash] + suffix, out _);
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) =>
        Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(
        ConsumeContext<T> context,
        TimeSpan duration,
        string consumerType,
        Exception exception
    ) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_sending is not null)
            await _sending.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connecting.Dispose();
        _publishing.Dispose();
    }

    static FailedMessage Read(
        string queue,
        IReadOnlyBasicProperties properties,
        string routingKey,
        ReadOnlyMemory<byte> body
    )
    {
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
            headers[name] = Text(value);
        BrokerDeadLetters.Explain(properties, headers);
        return new FailedMessage(queue, headers, properties.ContentType, body.ToArray(), properties.MessageId)
        {
            Properties = RabbitMqProperties.Describe(properties),
            RoutingKey = routingKey,
        };
    }

    static string? Text(object? value) =>
        value switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            AmqpTimestamp time => BrokerDeadLetters.Text(time),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString(),
        };

    async Task<IChannel> SendingChannel(CancellationToken cancellationToken)
    {
        if (_sending is { IsOpen: true })
            return _sending;
        if (_sending is not null)
            await _sending.DisposeAsync();
        return _sending = await Open(cancellationToken);
    }

    async Task<IChannel> Open(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                if (_connection is not null)
                    await _connection.DisposeAsync();
                var factory = new ConnectionFactory
                {
                    Uri = transport.Broker!,
                    ClientProvidedName = "RideBooking operations",
                    AutomaticRecoveryEnabled = false,
                };
                _connection = await factory.CreateConnectionAsync(cancellationToken);
            }
            return await _connection.CreateChannelAsync(s_confirmed, cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
