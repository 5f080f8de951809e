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
/// Messages that a channel has taken and not acknowledged return to their place, in order, when the channel closes. So a read
/// takes messages and closes the channel. These are classic queues: a quorum queue would count each read as a delivery, and
/// finally drop the message.
/// </remarks>
internal sealed class RabbitMqErrorQueues(TransportOptions transport, TimeProvider clock)
    : IErrorQueues,
        IReceiveObserver,
        IAsyncDisposable
{
    // Most of these queues do not exist, because MassTransit creates them at the first failure, and the broker logs an error
    // for each query for a missing one. So frequent callers get a cached answer, unless a message has failed in this process
    // since.
    static readonly TimeSpan s_missingFor = TimeSpan.FromMinutes(1);

    // For operators, who may ask about a queue that another process's message has just created.
    static readonly TimeSpan s_missingForPeople = TimeSpan.FromSeconds(2);

    // After this time without a message, a queue is assumed to have sent all its messages.
    static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);

    // Recorded together: one transaction instead of one per message.
    const int Batch = 100;

    // One reader at a time in this process: another one would not see the messages that the first has taken. Across processes,
    // a pass is repeated until it has found its messages.
    readonly KeyedLock<string> _queues = new();

    readonly ConcurrentDictionary<string, long> _missing = [];

    static readonly CreateChannelOptions s_confirmed = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true
    );

    readonly SemaphoreSlim _connecting = new(1);
    IConnection? _connection;

    public Task<int> Count(string queue, CancellationToken cancellationToken) =>
        Count(queue, s_missingForPeople, cancellationToken);

    public Task<int> CountCheaply(string queue, CancellationToken cancellationToken) =>
        Count(queue, s_missingFor, cancellationToken);

    async Task<int> Count(string queue, TimeSpan missingFor, CancellationToken cancellationToken)
    {
        if (_missing.TryGetValue(queue, out var asked) && clock.GetElapsedTime(asked) < missingFor)
            return 0;
        // A read in progress holds messages, which are not counted meanwhile.
        using var alone = await _queues.Enter(queue, cancellationToken);
        await using var channel = await Open(cancellationToken);
        var now = clock.GetTimestamp();
        if (await TryCount(channel, queue, cancellationToken) is { } count)
            return (int)count;
        _missing[queue] = now;
        return 0;
    }

    public async Task Peek(string queue, int limit, Action<FailedMessage> see, CancellationToken cancellationToken)
    {
        using var alone = await _queues.Enter(queue, cancellationToken);
        await using var channel = await Open(cancellationToken);
        await Take(
            channel,
            queue,
            limit,
            toPutBack: false,
            (message, _) =>
            {
                see(message);
                return Task.CompletedTask;
            },
            cancellationToken
        );
    }

    public async Task Remove(
        string queue,
        IReadOnlySet<string> ids,
        Func<IReadOnlyList<FailedMessage>, Task> record,
        CancellationToken cancellationToken
    )
    {
        using var alone = await _queues.Enter(queue, cancellationToken);
        await using var channel = await Open(cancellationToken);
        List<(FailedMessage Message, ulong Tag)> batch = [];
        await Take(
            channel,
            queue,
            int.MaxValue,
            toPutBack: true,
            async (message, tag) =>
            {
                if (!ids.Contains(message.Id))
                    return;
                batch.Add((message, tag));
                if (batch.Count == Batch)
                    await Flush();
            },
            cancellationToken
        );
        await Flush();

        async Task Flush()
        {
            if (batch.Count == 0)
                return;
            await record([.. batch.Select(taken => taken.Message)]);
            foreach (var (_, tag) in batch)
                await channel.BasicAckAsync(tag, multiple: false, CancellationToken.None);
            batch.Clear();
        }
    }

    // Takes the messages that are there now, in order: the broker sends as many as requested, without a request for each.
    // Fewer arrive than were counted if another process reads the queue, too. When this returns, the broker sends no more of
    // them.
    static async Task Take(
        IChannel channel,
        string queue,
        int limit,
        bool toPutBack,
        Func<FailedMessage, ulong, Task> take,
        CancellationToken cancellationToken
    )
    {
        var left = (int)
            Math.Min(await TryCount(channel, queue, cancellationToken) ?? 0, Math.Min(limit, ushort.MaxValue));
        if (left == 0)
            return;
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handlingLock = new SemaphoreSlim(1);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (end.Task.IsCompleted || cancellationToken.IsCancellationRequested)
                return;
            await handlingLock.WaitAsync(CancellationToken.None);
            try
            {
                if (end.Task.IsCompleted)
                    return;
                await take(
                    Read(queue, delivery.BasicProperties, delivery.Body.ToArray(), toPutBack),
                    delivery.DeliveryTag
                );
                if (Interlocked.Decrement(ref left) == 0)
                    end.TrySetResult();
            }
            catch (Exception exception)
            {
                end.TrySetException(exception);
            }
            finally
            {
                handlingLock.Release();
            }
        };
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            end.TrySetException(new OperationInterruptedException(shutdown));
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, (ushort)left, global: false, cancellationToken);
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
        for (var before = -1; !end.Task.IsCompleted && Volatile.Read(ref left) != before; )
        {
            before = Volatile.Read(ref left);
            await Task.WhenAny(end.Task, Task.Delay(s_silence, cancellationToken));
            // While one message is being handled, the messages behind it cannot be counted.
            await handlingLock.WaitAsync(CancellationToken.None);
            handlingLock.Release();
            if (cancellationToken.IsCancellationRequested)
                break;
        }
        await handlingLock.WaitAsync(CancellationToken.None);
        end.TrySetResult();
        handlingLock.Release();
        cancellationToken.ThrowIfCancellationRequested();
        await end.Task;
    }

    public async Task Work(
        string queue,
        Func<FailedMessage, Handling> decide,
        Func<FailedMessage, Task> record,
        CancellationToken cancellationToken
    )
    {
        using var alone = await _queues.Enter(queue, cancellationToken);
        await using var channel = await Open(cancellationToken);
        // Only the messages that are there now. A message that fails again meanwhile is added behind them.
        for (var left = await TryCount(channel, queue, cancellationToken) ?? 0; left > 0; left--)
        {
            if (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is not { } taken)
                return;
            var message = Read(queue, taken.BasicProperties, taken.Body.ToArray());
            var handling = decide(message);
            if (handling == Handling.Stop)
                return;
            if (handling == Handling.Keep)
                continue;
            if (handling == Handling.SendBack)
                await SendBack(channel, message, taken, transport.Partitions > 0, cancellationToken);
            await record(message);
            await channel.BasicAckAsync(taken.DeliveryTag, multiple: false, CancellationToken.None);
        }
    }

    public async Task PutBack(FailedMessage message, CancellationToken cancellationToken)
    {
        await using var channel = await Open(cancellationToken);
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
        await Publish(channel, "", message.Queue, properties, message.Body, cancellationToken);
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

    void Forget(ReceiveContext context, string suffix) =>
        _missing.TryRemove(context.InputAddress.Segments[^1].Trim('/') + suffix, out _);

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
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connecting.Dispose();
    }

    // Where an endpoint's messages are partitioned, its exchange routes them to the right queue.
    static async Task SendBack(
        IChannel channel,
        FailedMessage message,
        BasicGetResult taken,
        bool isPartitioned,
        CancellationToken cancellationToken
    )
    {
        var properties = new BasicProperties(taken.BasicProperties);
        // The broker accepts this property only from the user of that name.
        properties.ClearUserId();
        if (properties.Headers is { } headers)
            properties.Headers = headers
                .Where(header => !FailedMessage.DescribesFailure(header.Key))
                .Append(new(DueTime.Header, DueTime.Text(TimeProvider.System.GetUtcNow())))
                .ToDictionary(header => header.Key, header => header.Value);
        var (exchange, key) = isPartitioned
            ? (message.Endpoint, message.RideId?.ToString() ?? taken.RoutingKey)
            : ("", message.Endpoint);
        await Publish(channel, exchange, key, properties, message.BodyToSend(), cancellationToken);
    }

    // Returns when the broker has confirmed the message.
    static async Task Publish(
        IChannel channel,
        string exchange,
        string key,
        BasicProperties properties,
        byte[] body,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body, cancellationToken);
        }
        catch (Exception exception)
            when (exception is PublishReturnException || BrokerErrors.IsNotFound(channel.CloseReason))
        {
            throw new QueueNotFoundException(exchange.Length > 0 ? exchange : key);
        }
    }

    static async Task<uint?> TryCount(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.MessageCountAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException exception) when (BrokerErrors.IsNotFound(exception.ShutdownReason))
        {
            return null;
        }
    }

    static FailedMessage Read(string queue, IReadOnlyBasicProperties properties, byte[] body, bool toPutBack = false)
    {
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
            headers[name] = Text(value);
        BrokerDeadLetters.Explain(properties, headers);
        return new FailedMessage(queue, headers, properties.ContentType, body, properties.MessageId)
        {
            Properties = toPutBack ? RabbitMqProperties.Describe(properties) : null,
        };
    }

    static string? Text(object? value) =>
        value switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            AmqpTimestamp time => DateTimeOffset
                .FromUnixTimeSeconds(time.UnixTime)
                .ToString("O", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString(),
        };

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
