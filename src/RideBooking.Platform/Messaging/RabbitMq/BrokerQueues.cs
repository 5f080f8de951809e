using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace RideBooking.Platform.Messaging.RabbitMq;

/// <summary>Asks RabbitMQ for the number of messages and consumers of a queue, by a passive declaration.</summary>
/// <remarks>
/// It needs no management plugin and no consumer, and changes nothing. It uses a connection of its own, because a request for
/// a queue that does not exist closes the channel.
/// </remarks>
internal sealed class BrokerQueues(TransportOptions transport) : IAsyncDisposable
{
    readonly SemaphoreSlim _one = new(1);
    IConnection? _connection;
    IChannel? _channel;

    /// <summary>
    /// Returns the number of waiting messages; null if the queue does not exist. Throws when the broker is unavailable.
    /// </summary>
    public async Task<long?> Count(string queue, CancellationToken cancellationToken) =>
        (await Query(queue, cancellationToken))?.MessageCount;

    /// <summary>
    /// Returns the number of consumers; null if the queue does not exist. Throws when the broker is unavailable.
    /// </summary>
    public async Task<long?> Consumers(string queue, CancellationToken cancellationToken) =>
        (await Query(queue, cancellationToken))?.ConsumerCount;

    /// <summary>Returns whether the broker accepts the connection. Throws when it is unavailable.</summary>
    public async Task<bool> Exists(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return (await Open(cancellationToken)).IsOpen;
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<QueueDeclareOk?> Query(string queue, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var channel = await Open(cancellationToken);
            return await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException exception) when (BrokerErrors.IsNotFound(exception.ShutdownReason))
        {
            return null;
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<IChannel> Open(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true })
            return _channel;
        if (_channel is not null)
            await _channel.DisposeAsync();
        _channel = null;
        if (_connection is not { IsOpen: true })
        {
            if (_connection is not null)
                await _connection.DisposeAsync();
            _connection = null;
            // No automatic recovery: a request must be answered now or fail. A new connection is opened instead.
            var factory = new ConnectionFactory
            {
                Uri = transport.Broker!,
                AutomaticRecoveryEnabled = false,
                ClientProvidedName = "RideBooking metrics",
            };
            _connection = await factory.CreateConnectionAsync(cancellationToken);
        }
        return _channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        _one.Dispose();
    }
}
