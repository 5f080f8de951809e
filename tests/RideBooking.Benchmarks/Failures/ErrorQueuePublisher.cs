using System.Diagnostics;
using RabbitMQ.Client;

namespace RideBooking.Benchmarks.Failures;

/// <summary>Puts failed messages into error queues, as the endpoints do, and counts those that are still there.</summary>
sealed class ErrorQueuePublisher : IAsyncDisposable
{
    const int AtOnce = 500;
    static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(20);

    static readonly CreateChannelOptions s_confirmed = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true
    );

    readonly IConnection _connection;
    readonly IChannel _publishing;
    readonly IChannel _counting;

    ErrorQueuePublisher(IConnection connection, IChannel publishing, IChannel counting) =>
        (_connection, _publishing, _counting) = (connection, publishing, counting);

    /// <summary>The number of messages so far.</summary>
    public int Published { get; private set; }

    public static async Task<ErrorQueuePublisher> Connect(Uri broker, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        return new(
            connection,
            await connection.CreateChannelAsync(s_confirmed, cancellationToken),
            await connection.CreateChannelAsync(cancellationToken: cancellationToken)
        );
    }

    /// <summary>Publishes messages as fast as the broker confirms them.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.PublishReturnException">The host has no such error queue.</exception>
    public async Task Publish(
        IEnumerable<ErrorQueueMessage> messages,
        Action<int> published,
        CancellationToken cancellationToken
    )
    {
        foreach (var batch in messages.Chunk(AtOnce))
        {
            await Task.WhenAll(batch.Select(message => Publish(message, cancellationToken).AsTask()));
            Published += batch.Length;
            published(batch.Length);
        }
    }

    /// <summary>Publishes messages at a constant rate.</summary>
    /// <param name="message">Makes the message with a number.</param>
    /// <param name="perSecond">Messages per second.</param>
    /// <param name="time">How long to publish.</param>
    /// <param name="endEarly">Ends the publishing before its time.</param>
    /// <param name="cancellationToken">Cancels the publishing.</param>
    /// <returns>The number of messages.</returns>
    public async Task<int> PublishAtPace(
        Func<int, ErrorQueueMessage> message,
        int perSecond,
        TimeSpan time,
        CancellationToken endEarly,
        CancellationToken cancellationToken
    )
    {
        var (sent, all, started) = (0, perSecond * time.TotalSeconds, Stopwatch.GetTimestamp());
        using var timer = new PeriodicTimer(s_tick);
        while (sent < all && !endEarly.IsCancellationRequested && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = (int)Math.Min(all, Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond);
            if (due <= sent)
                continue;
            await Publish(Enumerable.Range(sent, due - sent).Select(message), _ => { }, cancellationToken);
            sent = due;
        }
        return sent;
    }

    /// <summary>Counts the messages that are in queues, without those that the host has taken and not stored yet.</summary>
    public async Task<long> Depth(IEnumerable<string> queues, CancellationToken cancellationToken)
    {
        var depth = 0L;
        foreach (var queue in queues)
            depth += await _counting.MessageCountAsync(queue, cancellationToken);
        return depth;
    }

    public async ValueTask DisposeAsync()
    {
        await _counting.DisposeAsync();
        await _publishing.DisposeAsync();
        await _connection.DisposeAsync();
    }

    ValueTask Publish(ErrorQueueMessage message, CancellationToken cancellationToken) =>
        _publishing.BasicPublishAsync(
            "",
            message.Queue,
            mandatory: true,
            message.Properties,
            message.Body,
            cancellationToken
        );
}
