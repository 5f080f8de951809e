using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;
using RideBooking.EventLog;

namespace RideBooking.Platform.Messaging;

/// <summary>Lets consumers of a new version of an event also receive what producers of older versions publish.</summary>
/// <remarks>
/// In the opposite direction, the record of a new version derives from the older one, so a message of the new version is also one
/// of the older. Errors, redelivery and the log keep every message in the version in which it was written.
/// </remarks>
internal sealed class OlderVersions(EventCatalogue catalogue)
{
    /// <summary>
    /// Makes the bus read a message of an older version as one of the newest, and send one of a new version to the consumers of older
    /// ones as well.
    /// </summary>
    /// <remarks>
    /// A bus binds the exchange of a version to that of the older one when it first publishes it. The outbox does not publish: it sends
    /// to the exchange. Without the binding, the consumers of the older version would miss the message.
    /// </remarks>
    public void Use(IBusFactoryConfigurator bus)
    {
        bus.AddDeserializer(new Factory(catalogue), isDefault: true);
        var newer = catalogue.All.Where(type => type.Version > 1).Select(type => Exchange.Of(type.Type)).ToList();
        newer.ForEach(exchange => exchange.Declare(bus));
        bus.DeployPublishTopology = true;
        bus.ConnectBusObserver(new Declaration(newer));
    }

    /// <summary>Binds an endpoint to the older versions of the events that it consumes.</summary>
    public void Use(IReceiveEndpointConfigurator endpoint)
    {
        var binding = new Binding(catalogue, endpoint);
        endpoint.ConnectConsumerConfigurationObserver(binding);
        endpoint.ConnectSagaConfigurationObserver(binding);
    }

    sealed class Factory(EventCatalogue catalogue) : ISerializerFactory
    {
        public ContentType ContentType => SystemTextJsonMessageSerializer.JsonContentType;

        public IMessageSerializer CreateSerializer() => SystemTextJsonMessageSerializer.Instance;

        public IMessageDeserializer CreateDeserializer() =>
            new Deserializer(catalogue, SystemTextJsonMessageSerializer.Instance);
    }

    sealed class Deserializer(EventCatalogue catalogue, SystemTextJsonMessageSerializer json) : IMessageDeserializer
    {
        public ContentType ContentType => json.ContentType;

        public void Probe(ProbeContext context) => json.Probe(context);

        public MessageBody GetMessageBody(string text) => json.GetMessageBody(text);

        public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
            new BodyConsumeContext(
                receiveContext,
                Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress)
            );

        public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress)
        {
            var written = json.Deserialize(body, headers, destinationAddress);
            if (
                written.SupportedMessageTypes is not [var urn, ..]
                || catalogue.Find(urn) is not { } type
                || catalogue.VersionsOf(type.Name)[^1] is var newest && newest == type
                || !written.TryGetMessage(type.Type, out var older)
            )
                return written;
            var message = catalogue.Upcast(older);
            var types = MessageTypeCache.GetMessageTypeNames(newest.Type);
            return new SystemTextJsonSerializerContext(
                json,
                SystemTextJsonMessageSerializer.Options,
                ContentType,
                written,
                types,
                new JsonMessageEnvelope(written, message, types),
                message
            );
        }
    }

    sealed class Binding(EventCatalogue catalogue, IReceiveEndpointConfigurator endpoint)
        : IConsumerConfigurationObserver,
            ISagaConfigurationObserver
    {
        public void ConsumerMessageConfigured<TConsumer, TMessage>(
            IConsumerMessageConfigurator<TConsumer, TMessage> configurator
        )
            where TConsumer : class
            where TMessage : class => Bind(typeof(TMessage));

        public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
            where TSaga : class, ISaga
            where TMessage : class => Bind(typeof(TMessage));

        void Bind(Type message)
        {
            if (catalogue.Find(message) is not { Version: > 1 } type)
                return;
            foreach (var older in catalogue.VersionsOf(type.Name)[..(type.Version - 1)])
                Exchange.Of(older.Type).BindTo(endpoint);
        }

        public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
            where TConsumer : class { }

        public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
            where TSaga : class, ISaga { }

        public void StateMachineSagaConfigured<TInstance>(
            ISagaConfigurator<TInstance> configurator,
            SagaStateMachine<TInstance> stateMachine
        )
            where TInstance : class, ISaga, SagaStateMachineInstance { }
    }

    /// <summary>Declares exchanges before the bus starts; the transport in memory does so when it is asked for an endpoint.</summary>
    sealed class Declaration(List<Exchange> exchanges) : IBusObserver
    {
        public Task PreStart(IBus bus) => Task.WhenAll(exchanges.Select(exchange => exchange.Declare(bus)));

        public void PostCreate(IBus bus) { }

        public void CreateFaulted(Exception exception) { }

        public Task PostStart(IBus bus, Task<BusReady> busReady) => Task.CompletedTask;

        public Task StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

        public Task PreStop(IBus bus) => Task.CompletedTask;

        public Task PostStop(IBus bus) => Task.CompletedTask;

        public Task StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;
    }

    /// <summary>The exchange of a message, whose name only the transport knows.</summary>
    abstract class Exchange
    {
        public abstract void BindTo(IReceiveEndpointConfigurator endpoint);

        /// <summary>
        /// Declares the exchange on RabbitMQ, with its bindings to those of the message's base types, when the bus starts.
        /// </summary>
        public abstract void Declare(IBusFactoryConfigurator bus);

        /// <summary>Declares the exchange in memory, with the same bindings.</summary>
        public abstract Task Declare(IBus bus);

        public static Exchange Of(Type message) =>
            (Exchange)Activator.CreateInstance(typeof(Exchange<>).MakeGenericType(message))!;
    }

    sealed class Exchange<T> : Exchange
        where T : class
    {
        public override void Declare(IBusFactoryConfigurator bus)
        {
            if (bus is IRabbitMqBusFactoryConfigurator rabbit)
                rabbit.Publish<T>();
        }

        public override Task Declare(IBus bus) => bus.GetPublishSendEndpoint<T>();

        public override void BindTo(IReceiveEndpointConfigurator endpoint)
        {
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                rabbit.Bind<T>();
            else if (endpoint is IInMemoryReceiveEndpointConfigurator memory)
                memory.Bind<T>();
        }
    }
}
