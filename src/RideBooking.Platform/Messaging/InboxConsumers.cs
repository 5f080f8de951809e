using System.Collections.Concurrent;
using System.Collections.Immutable;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.JobService;

namespace RideBooking.Platform.Messaging;

/// <summary>A consumer or state machine that adds an inbox entry for each message that it has handled.</summary>
/// <param name="Id">Its id in the inbox.</param>
/// <param name="Endpoint">Its queue.</param>
internal readonly record struct InboxConsumer(Guid Id, string Endpoint);

/// <summary>What handles the messages of one type at an endpoint.</summary>
/// <param name="Type">The consumer, or the saga.</param>
/// <param name="InboxId">Its id in the inbox; null if it adds no inbox entries.</param>
internal sealed record EndpointConsumer(Type Type, Guid? InboxId);

/// <summary>Knows which consumers handle which message, once the bus is configured.</summary>
/// <remarks>It includes every endpoint, but only consumers in a transaction add inbox entries.</remarks>
internal sealed class InboxConsumers
{
    readonly ConcurrentDictionary<Type, ImmutableArray<InboxConsumer>> _withInbox = new();
    readonly ConcurrentDictionary<Type, byte> _consumed = new();
    readonly ConcurrentDictionary<Guid, string> _endpoints = new();
    readonly ConcurrentDictionary<(string Endpoint, Type Message), EndpointConsumer> _atEndpoints = new();

    /// <summary>The types of all messages that an endpoint consumes.</summary>
    public IEnumerable<Type> Messages => _consumed.Keys;

    /// <summary>Returns the consumers that add an inbox entry for a message of this type.</summary>
    public ImmutableArray<InboxConsumer> Of(Type message) => _withInbox.GetValueOrDefault(message, []);

    /// <summary>Returns the endpoint of a consumer that adds inbox entries; null for an unknown id.</summary>
    public string? EndpointOf(Guid consumer) => _endpoints.GetValueOrDefault(consumer);

    /// <summary>Returns whether any consumer of the endpoint adds inbox entries.</summary>
    public bool HasInbox(string endpoint) => _endpoints.Any(consumer => consumer.Value == endpoint);

    /// <summary>Returns what handles messages of this type at an endpoint; null if nothing does.</summary>
    public EndpointConsumer? At(string endpoint, Type message) => _atEndpoints.GetValueOrDefault((endpoint, message));

    /// <summary>Records what is configured on an endpoint.</summary>
    /// <param name="endpoint">The endpoint, or one of its partitions.</param>
    /// <param name="name">The endpoint's name.</param>
    /// <param name="policy">The endpoint's policy.</param>
    /// <param name="aliases">Receives the consumers on a partition as consumers of the endpoint.</param>
    public void Observe(
        IReceiveEndpointConfigurator endpoint,
        string name,
        EndpointPolicy policy,
        ConsumerAliases aliases
    )
    {
        var observer = new Observer(this, name, endpoint.InputAddress.LastPart(), policy, aliases);
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    void Add(Type message, Type type, InboxConsumer consumer, bool hasInbox)
    {
        _consumed.TryAdd(message, 0);
        _atEndpoints[(consumer.Endpoint, message)] = new EndpointConsumer(type, hasInbox ? consumer.Id : null);
        if (!hasInbox)
            return;
        _endpoints.TryAdd(consumer.Id, consumer.Endpoint);
        _withInbox.AddOrUpdate(
            message,
            [consumer],
            (_, known) => known.Any(other => other.Id == consumer.Id) ? known : known.Add(consumer)
        );
    }

    sealed class Observer(
        InboxConsumers consumers,
        string endpoint,
        string queue,
        EndpointPolicy policy,
        ConsumerAliases aliases
    ) : IConsumerConfigurationObserver, ISagaConfigurationObserver
    {
        // The ids are formed as MassTransit's outbox forms them. A test compares them with the inbox entries.
        public void ConsumerMessageConfigured<TConsumer, TMessage>(
            IConsumerMessageConfigurator<TConsumer, TMessage> configurator
        )
            where TConsumer : class
            where TMessage : class =>
            Add<TMessage>(typeof(TConsumer), JobMetadataCache<TConsumer, TMessage>.GenerateJobTypeId);

        public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
            where TSaga : class, ISaga
            where TMessage : class => Add<TMessage>(typeof(TSaga), JobMetadataCache<TSaga, TMessage>.GenerateJobTypeId);

        void Add<TMessage>(Type type, Func<string, Guid> id)
        {
            if (queue != endpoint)
                aliases.Add(id(queue), id(endpoint));
            consumers.Add(
                typeof(TMessage),
                type,
                new InboxConsumer(id(endpoint), endpoint),
                hasInbox: !policy.IsOutsideTransaction
            );
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
}
