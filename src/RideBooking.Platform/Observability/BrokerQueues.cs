using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Asks RabbitMQ how many messages a queue holds, by a passive declaration: no management plugin, no consumer, nothing
/// changed. Over a connection of its own, because asking for a queue that is not there costs the channel.
/// </summary>
internal sealed class BrokerQueues(TransportOptions transport) : IAsyncDisposable
{
    readonly SemaphoreSlim _one = new(1);
    IConnection? _connection;
    IChannel? _channel;

    /// <summary>Messages that wait to be delivered; null where there is no such queue. Throws when the broker is unavailable.</summary>
    public async Task<long?> Count(string queue, CancellationToken cancellationToken) =>
        (await Ask(queue, cancellationToken))?.MessageCount;

    /// <summary>How many consume the queue; null where there is no such queue. Throws when the broker is unavailable.</summary>
    public async Task<long?> Consumers(string queue, CancellationToken cancellationToken) =>
        (await Ask(queue, cancellationToken))?.ConsumerCount;

    /// <summary>Whether the broker accepts the connection. Throws when it is unavailable.</summary>
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

    async Task<QueueDeclareOk?> Ask(string queue, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var channel = await Open(cancellationToken);
            return await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
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
            // It recovers by being opened anew: what is asked now must be answered now, or fail.
            var factory = new ConnectionFactory
            {
                Uri = transport.Broker!,
                AutomaticRecoveryEnabled = false,
                ClientProvidedName = "RideBooking figures",
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
