using System.Collections.Concurrent;
using System.Collections.Immutable;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.JobService;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Recovery;

/// <summary>One consumer or machine that leaves an inbox mark for what it has handled.</summary>
/// <param name="Id">As the inbox knows it.</param>
/// <param name="Endpoint">Its queue.</param>
internal readonly record struct InboxConsumer(Guid Id, string Endpoint);

/// <summary>
/// Who handles which message, known once the bus is configured. Every endpoint is in it; marks are left by those in a
/// transaction only.
/// </summary>
internal sealed class InboxConsumers
{
    readonly ConcurrentDictionary<Type, ImmutableArray<InboxConsumer>> _marking = new();
    readonly ConcurrentDictionary<Type, byte> _consumed = new();

    /// <summary>Every message that some endpoint consumes.</summary>
    public IEnumerable<Type> Messages => _consumed.Keys;

    /// <summary>Those that leave a mark for a message of this type.</summary>
    public ImmutableArray<InboxConsumer> Of(Type message) => _marking.GetValueOrDefault(message, []);

    /// <summary>Takes note of what is configured on an endpoint.</summary>
    /// <param name="endpoint">The endpoint, or one of its partitions.</param>
    /// <param name="name">The endpoint's name.</param>
    /// <param name="leavesMarks">Whether it has an inbox.</param>
    /// <param name="aliases">Told that a consumer on a partition is the endpoint's.</param>
    public void Watch(IReceiveEndpointConfigurator endpoint, string name, bool leavesMarks, ConsumerAliases aliases)
    {
        var observer = new Observer(this, name, endpoint.InputAddress.LastPart(), leavesMarks, aliases);
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    void Add(Type message, Guid id, string endpoint, bool leavesMarks)
    {
        _consumed.TryAdd(message, 0);
        if (leavesMarks)
            _marking.AddOrUpdate(
                message,
                [new InboxConsumer(id, endpoint)],
                (_, known) => known.Any(consumer => consumer.Id == id) ? known : known.Add(new(id, endpoint))
            );
    }

    sealed class Observer(
        InboxConsumers consumers,
        string endpoint,
        string queue,
        bool leavesMarks,
        ConsumerAliases aliases
    ) : IConsumerConfigurationObserver, ISagaConfigurationObserver
    {
        // The ids are made as MassTransit's outbox makes them; a test compares them with the marks that are left.
        public void ConsumerMessageConfigured<TConsumer, TMessage>(
            IConsumerMessageConfigurator<TConsumer, TMessage> configurator
        )
            where TConsumer : class
            where TMessage : class => Add<TMessage>(JobMetadataCache<TConsumer, TMessage>.GenerateJobTypeId);

        public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
            where TSaga : class, ISaga
            where TMessage : class => Add<TMessage>(JobMetadataCache<TSaga, TMessage>.GenerateJobTypeId);

        void Add<TMessage>(Func<string, Guid> id)
        {
            if (queue != endpoint)
                aliases.Add(id(queue), id(endpoint));
            consumers.Add(typeof(TMessage), id(endpoint), endpoint, leavesMarks);
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
