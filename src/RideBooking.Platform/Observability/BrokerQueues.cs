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

    /// <summary>Messages that wait to be delivered; null where there is no such queue. Throws when the broker is away.</summary>
    public async Task<long?> Count(string queue, CancellationToken stop) => (await Ask(queue, stop))?.MessageCount;

    /// <summary>How many consume the queue; null where there is no such queue. Throws when the broker is away.</summary>
    public async Task<long?> Consumers(string queue, CancellationToken stop) => (await Ask(queue, stop))?.ConsumerCount;

    /// <summary>True when the broker lets us in. Throws when it is away.</summary>
    public async Task<bool> IsThere(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            return (await Open(stop)).IsOpen;
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<QueueDeclareOk?> Ask(string queue, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            var channel = await Open(stop);
            return await channel.QueueDeclarePassiveAsync(queue, stop);
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

    async Task<IChannel> Open(CancellationToken stop)
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
            _connection = await factory.CreateConnectionAsync(stop);
        }
        return _channel = await _connection.CreateChannelAsync(cancellationToken: stop);
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
