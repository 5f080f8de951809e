using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Platform.Events;

/// <summary>The RabbitMQ stream queue with the event log, as its only publisher among all hosts sees it.</summary>
/// <remarks>
/// A stream queue can neither remove nor reorder a message, so no position may be written twice or left out:
/// <list type="bullet">
/// <item>The publisher holds an exclusive queue as a lock, on the connection that it publishes with. It cannot lose the lock
/// and still publish.</item>
/// <item>It publishes through an exchange that it has recreated, with a routing key of its own. The broker drops what a dead
/// publisher has sent and the broker has not yet routed.</item>
/// <item>It then waits until everything routed is written, and reads the last position from the stream itself.</item>
/// </list>
/// </remarks>
internal sealed class EventStreamQueue : IAsyncDisposable
{
    internal const string PositionHeader = "position";
    internal const string OffsetHeader = "x-stream-offset";

    // More than one publisher has on its way, and so more than the broker writes at once.
    const ushort MaxChunk = 5000;

    // A routed message is written within milliseconds.
    static readonly TimeSpan s_writeTime = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_readTimeout = TimeSpan.FromSeconds(10);

    // The broker confirms nothing that it had for a queue that is deleted.
    static readonly TimeSpan s_confirmTimeout = TimeSpan.FromMinutes(1);

    readonly IConnection _connection;
    readonly IChannel _channel;
    readonly EventStreamOptions _options;
    readonly string _routingKey = Guid.NewGuid().ToString("N");
    readonly Confirmations _confirmations = new();
    readonly CancellationTokenSource _lost = new();

    EventStreamQueue(IConnection connection, IChannel channel, EventStreamOptions options)
    {
        (_connection, _channel, _options) = (connection, channel, options);
        channel.ChannelShutdownAsync += (_, _) => _lost.CancelAsync();
        channel.BasicReturnAsync += (_, _) => _lost.CancelAsync();
        channel.BasicNacksAsync += (_, _) => _lost.CancelAsync();
        channel.BasicAcksAsync += (_, ack) =>
        {
            _confirmations.Remove(ack.DeliveryTag, ack.Multiple);
            return Task.CompletedTask;
        };
    }

    /// <summary>Cancelled when this host can no longer publish: another one takes over.</summary>
    public CancellationToken Lost => _lost.Token;

    string Exchange => $"{_options.Queue}.publisher";

    /// <summary>Becomes the only publisher; returns null while another host is.</summary>
    public static async Task<EventStreamQueue?> Open(
        IConnection connection,
        EventStreamOptions options,
        CancellationToken cancellationToken
    )
    {
        var channel = await connection.CreateChannelAsync(
            // The confirmations that the client tracks itself would not keep the order of messages sent at once.
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false),
            cancellationToken
        );
        var queue = new EventStreamQueue(connection, channel, options);
        try
        {
            await channel.QueueDeclareAsync(
                queue.Exchange,
                durable: false,
                exclusive: true,
                autoDelete: false,
                cancellationToken: cancellationToken
            );
            await channel.QueueDeclareAsync(
                options.Queue!,
                durable: true,
                exclusive: false,
                autoDelete: false,
                options.Arguments,
                cancellationToken: cancellationToken
            );
            await channel.ExchangeDeleteAsync(queue.Exchange, cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(
                queue.Exchange,
                ExchangeType.Direct,
                durable: false,
                autoDelete: false,
                cancellationToken: cancellationToken
            );
            await channel.QueueBindAsync(
                options.Queue!,
                queue.Exchange,
                queue._routingKey,
                cancellationToken: cancellationToken
            );
            return queue;
        }
        catch (OperationInterruptedException exception) when (BrokerErrors.IsLocked(exception.ShutdownReason))
        {
            await queue.DisposeAsync();
            return null;
        }
        catch
        {
            await queue.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the last event in the stream; null when the stream is empty.</summary>
    /// <remarks>
    /// The stream begins with position 1 at offset 0 and neither has a gap, so every position is one higher than its offset.
    /// </remarks>
    public async Task<PublishedEvent?> Last(TimeProvider clock, CancellationToken cancellationToken)
    {
        await Task.Delay(s_writeTime, clock, cancellationToken);
        if (await ReadLast(cancellationToken) is { } last)
            return last.Position == last.Offset + 1
                ? last
                : throw new InvalidOperationException(
                    $"The stream {_options.Queue} has position {last.Position} at offset {last.Offset}: it is not a copy of the event log. Delete the queue, and it is filled again from the first event."
                );
        // The broker delivers nothing from an empty stream, and counts its messages every five seconds.
        var count = (await _channel.QueueDeclarePassiveAsync(_options.Queue!, cancellationToken)).MessageCount;
        return count == 0
            ? null
            : throw new TimeoutException(
                $"The broker counts {count} messages in the stream {_options.Queue}, but delivered none within {s_readTimeout.TotalSeconds:0} s."
            );
    }

    /// <summary>Publishes events, and returns when the broker has confirmed them all.</summary>
    /// <param name="events">The events that follow the last published one, in order.</param>
    /// <param name="body">Writes an event.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task Publish(
        IEnumerable<LoggedEvent> events,
        Func<LoggedEvent, ReadOnlyMemory<byte>> body,
        CancellationToken cancellationToken
    )
    {
        foreach (var row in events)
        {
            _confirmations.Add(await _channel.GetNextPublishSequenceNumberAsync(cancellationToken));
            // Mandatory: the broker returns what it cannot route, because another host has taken over.
            await _channel.BasicPublishAsync(
                Exchange,
                _routingKey,
                mandatory: true,
                Properties(row),
                body(row),
                cancellationToken
            );
        }
        await _confirmations.All().WaitAsync(s_confirmTimeout, cancellationToken);
    }

    static BasicProperties Properties(LoggedEvent row) =>
        new()
        {
            MessageId = row.EventId.ToString(),
            Type = row.EventType,
            Timestamp = new AmqpTimestamp(row.Timestamp.ToUnixTimeSeconds()),
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?>
            {
                [PositionHeader] = row.Position,
                ["stream_id"] = row.StreamId,
                ["stream_version"] = row.StreamVersion,
                ["version"] = EventCatalogue.Published.NewestVersion(row),
            },
        };

    /// <summary>Reads the last message; null when none is delivered.</summary>
    async Task<PublishedEvent?> ReadLast(CancellationToken cancellationToken)
    {
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, MaxChunk, global: false, cancellationToken);
        PublishedEvent? last = null;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            last = PublishedEvent.Of(message.BasicProperties);
            begun.TrySetResult();
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        var tag = await channel.BasicConsumeAsync(
            _options.Queue!,
            autoAck: false,
            consumerTag: "",
            noLocal: false,
            exclusive: false,
            new Dictionary<string, object?> { [OffsetHeader] = "last" },
            consumer,
            cancellationToken
        );
        try
        {
            await begun.Task.WaitAsync(s_readTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        // "last" is the last chunk. The broker sends all of its messages before it answers the next request.
        await channel.BasicCancelAsync(tag, cancellationToken: cancellationToken);
        await ended.Task.WaitAsync(s_readTimeout, cancellationToken);
        return last;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        _lost.Dispose();
    }

    /// <summary>The messages that the broker has not confirmed yet.</summary>
    sealed class Confirmations
    {
        readonly HashSet<ulong> _open = [];
        TaskCompletionSource? _all;

        public void Add(ulong tag)
        {
            lock (_open)
                _open.Add(tag);
        }

        public void Remove(ulong tag, bool multiple)
        {
            lock (_open)
            {
                if (multiple)
                    _open.RemoveWhere(open => open <= tag);
                else
                    _open.Remove(tag);
                if (_open.Count == 0)
                    _all?.TrySetResult();
            }
        }

        /// <summary>Completes when everything added so far is confirmed.</summary>
        public Task All()
        {
            lock (_open)
            {
                _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_open.Count == 0)
                    _all.SetResult();
                return _all.Task;
            }
        }
    }
}

/// <summary>An event as it is in the stream queue.</summary>
/// <param name="Offset">Its place in the queue, from 0.</param>
/// <param name="Position">Its position in the event log.</param>
/// <param name="EventId">Its id.</param>
internal sealed record PublishedEvent(long Offset, long Position, Guid EventId)
{
    public static PublishedEvent Of(IReadOnlyBasicProperties properties) =>
        new(
            Number(properties, EventStreamQueue.OffsetHeader),
            Number(properties, EventStreamQueue.PositionHeader),
            Guid.Parse(properties.MessageId!)
        );

    static long Number(IReadOnlyBasicProperties properties, string header) =>
        Convert.ToInt64(properties.Headers![header], CultureInfo.InvariantCulture);
}
