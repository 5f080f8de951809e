using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using MassTransit.Transports;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RideBooking.Platform.Messaging.Pauses;

/// <summary>Keeps an endpoint from consuming its queue on RabbitMQ while its gate is closed.</summary>
/// <remarks>
/// The endpoint starts as usual: it declares its queue and binds it, so that no message is lost that is published meanwhile. It
/// waits only before it becomes a consumer of the queue. A paused endpoint therefore holds no message, also after a restart of the
/// host or a reconnection.
/// </remarks>
internal sealed class ConsumeWhenOpen(EndpointGate gate, IReceiveEndpointConfiguration endpoint)
    : IFilter<ChannelContext>
{
    /// <summary>Adds the filter to an endpoint. Does nothing on another transport.</summary>
    public static void Use(IReceiveEndpointConfigurator endpoint, EndpointGate gate)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            rabbit.ConfigureChannel(channel =>
                channel.UseFilter(new ConsumeWhenOpen(gate, (IReceiveEndpointConfiguration)endpoint))
            );
    }

    public Task Send(ChannelContext context, IPipe<ChannelContext> next) =>
        next.Send(new GatedChannel(context, gate, endpoint));

    public void Probe(ProbeContext context) => context.CreateFilterScope("consumeWhenOpen");

    sealed class GatedChannel(ChannelContext channel, EndpointGate gate, IReceiveEndpointConfiguration endpoint)
        : ProxyPipeContext(channel),
            ChannelContext
    {
        public IChannel Channel => channel.Channel;

        public ConnectionContext ConnectionContext => channel.ConnectionContext;

        public async Task<string> BasicConsume(
            string queue,
            bool noAck,
            bool exclusive,
            IDictionary<string, object> arguments,
            IAsyncBasicConsumer consumer,
            string consumerTag,
            CancellationToken cancellationToken
        )
        {
            if (gate.IsClosed)
            {
                // The start of the bus, and so of the host, waits for this.
                await endpoint.TransportObservers.NotifyReady(endpoint.InputAddress, isStarted: false);
                await WhenOpen(cancellationToken);
            }
            return await channel.BasicConsume(
                queue,
                noAck,
                exclusive,
                arguments,
                consumer,
                consumerTag,
                cancellationToken
            );
        }

        // A channel that closes meanwhile ends the wait: the endpoint connects and declares its queue again.
        async Task WhenOpen(CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            channel.Channel.ChannelShutdownAsync += End;
            try
            {
                if (channel.Channel.IsClosed)
                    await ended.CancelAsync();
                await gate.WhenOpen(ended.Token);
            }
            finally
            {
                channel.Channel.ChannelShutdownAsync -= End;
            }

            Task End(object sender, ShutdownEventArgs reason) => ended.CancelAsync();
        }

        public Task BasicPublishAsync(
            string exchange,
            string routingKey,
            bool mandatory,
            BasicProperties basicProperties,
            byte[] body,
            bool awaitAck,
            CancellationToken cancellationToken
        ) =>
            channel.BasicPublishAsync(
                exchange,
                routingKey,
                mandatory,
                basicProperties,
                body,
                awaitAck,
                cancellationToken
            );

        public Task ExchangeBind(
            string destination,
            string source,
            string routingKey,
            IDictionary<string, object> arguments,
            CancellationToken cancellationToken
        ) => channel.ExchangeBind(destination, source, routingKey, arguments, cancellationToken);

        public Task ExchangeDeclare(
            string exchange,
            string type,
            bool durable,
            bool autoDelete,
            IDictionary<string, object> arguments,
            CancellationToken cancellationToken
        ) => channel.ExchangeDeclare(exchange, type, durable, autoDelete, arguments, cancellationToken);

        public Task ExchangeDeclarePassive(string exchange, CancellationToken cancellationToken) =>
            channel.ExchangeDeclarePassive(exchange, cancellationToken);

        public Task QueueBind(
            string queue,
            string exchange,
            string routingKey,
            IDictionary<string, object> arguments,
            CancellationToken cancellationToken
        ) => channel.QueueBind(queue, exchange, routingKey, arguments, cancellationToken);

        public Task<QueueDeclareOk> QueueDeclare(
            string queue,
            bool durable,
            bool exclusive,
            bool autoDelete,
            IDictionary<string, object> arguments,
            CancellationToken cancellationToken
        ) => channel.QueueDeclare(queue, durable, exclusive, autoDelete, arguments, cancellationToken);

        public Task<QueueDeclareOk> QueueDeclarePassive(string queue, CancellationToken cancellationToken) =>
            channel.QueueDeclarePassive(queue, cancellationToken);

        public Task<uint> QueuePurge(string queue, CancellationToken cancellationToken) =>
            channel.QueuePurge(queue, cancellationToken);

        public Task BasicQos(
            uint prefetchSize,
            ushort prefetchCount,
            bool global,
            CancellationToken cancellationToken
        ) => channel.BasicQos(prefetchSize, prefetchCount, global, cancellationToken);

        public ValueTask BasicAck(ulong deliveryTag, bool multiple, CancellationToken cancellationToken) =>
            channel.BasicAck(deliveryTag, multiple, cancellationToken);

        public Task BasicNack(ulong deliveryTag, bool multiple, bool requeue, CancellationToken cancellationToken) =>
            channel.BasicNack(deliveryTag, multiple, requeue, cancellationToken);

        public Task BasicCancel(string consumerTag, CancellationToken cancellationToken) =>
            channel.BasicCancel(consumerTag, cancellationToken);

        public void NotifyFaulted(Exception exception, Uri inputAddress) =>
            channel.NotifyFaulted(exception, inputAddress);
    }
}
