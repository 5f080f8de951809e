using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Saga;

namespace RideBooking.Platform.Messaging.Simulations;

/// <summary>
/// Knows the messages and state machines of each endpoint, once the bus is configured, to build a second pipe for simulations.
/// </summary>
internal sealed class SimulatedEndpoints
{
    readonly ConcurrentDictionary<string, Parts> _endpoints = new(StringComparer.Ordinal);

    public bool Has(string endpoint) => _endpoints.ContainsKey(endpoint);

    /// <summary>Returns the state machine that an endpoint runs; null if it runs none.</summary>
    public SimulatedMachine? MachineAt(string endpoint) => _endpoints[endpoint].Machine;

    /// <summary>Records what is configured on an endpoint, or on one of its partitions.</summary>
    public void Observe(IReceiveEndpointConfigurator endpoint, string name)
    {
        var observer = new Observer(_endpoints.GetOrAdd(name, _ => new Parts()));
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    /// <summary>Configures what the endpoint consumes: its state machine, and the messages of its other consumers.</summary>
    public void Configure(string name, IReceiveEndpointConfigurator endpoint)
    {
        var parts = _endpoints[name];
        parts.Machine?.Configure(endpoint);
        foreach (var consume in parts.Messages.Values)
            consume(endpoint);
    }

    sealed class Parts
    {
        public SimulatedMachine? Machine { get; set; }

        public ConcurrentDictionary<Type, Action<IReceiveEndpointConfigurator>> Messages { get; } = new();
    }

    sealed class Observer(Parts parts) : IConsumerConfigurationObserver, ISagaConfigurationObserver
    {
        public void ConsumerMessageConfigured<TConsumer, TMessage>(
            IConsumerMessageConfigurator<TConsumer, TMessage> configurator
        )
            where TConsumer : class
            where TMessage : class =>
            parts.Messages[typeof(TMessage)] = endpoint => endpoint.Handler<TMessage>(_ => Task.CompletedTask);

        public void StateMachineSagaConfigured<TInstance>(
            ISagaConfigurator<TInstance> configurator,
            SagaStateMachine<TInstance> stateMachine
        )
            where TInstance : class, ISaga, SagaStateMachineInstance =>
            parts.Machine = new SimulatedMachine<TInstance>(stateMachine);

        public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
            where TConsumer : class { }

        public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
            where TSaga : class, ISaga { }

        public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
            where TSaga : class, ISaga
            where TMessage : class { }
    }
}

/// <summary>A state machine as simulations see it, whatever its instance is.</summary>
internal abstract class SimulatedMachine
{
    public abstract StateMachine Definition { get; }

    /// <summary>Adds the real state machine to an endpoint, with a repository that stores nothing.</summary>
    public abstract void Configure(IReceiveEndpointConfigurator endpoint);

    /// <summary>Returns the name of an instance's state.</summary>
    public abstract string StateOf(ISaga instance);
}

/// <inheritdoc />
internal sealed class SimulatedMachine<TSaga>(SagaStateMachine<TSaga> machine) : SimulatedMachine
    where TSaga : class, SagaStateMachineInstance
{
    readonly Lazy<IReadOnlyList<(string Name, Func<TSaga, bool> IsIn)>> _states = new(() =>
        [.. machine.States.Select(state => (state.Name, machine.Accessor.GetStateExpression(state).Compile()))]
    );

    readonly IReadOnlyList<(string Message, Schedule<TSaga> Timer)> _timers =
    [
        .. machine
            .GetType()
            .GetProperties()
            .Where(property => property.PropertyType.IsAssignableTo(typeof(Schedule<TSaga>)))
            .Select(property =>
                (property.PropertyType.GetGenericArguments()[^1].Name, (Schedule<TSaga>)property.GetValue(machine)!)
            ),
    ];

    public override StateMachine Definition => machine;

    public override void Configure(IReceiveEndpointConfigurator endpoint) =>
        endpoint.StateMachineSaga(machine, new SagaRepository<TSaga>(new SimulatedSagas<TSaga>(this)));

    public override string StateOf(ISaga instance) =>
        _states.Value.FirstOrDefault(state => state.IsIn((TSaga)instance)).Name ?? machine.Initial.Name;

    /// <summary>Returns the messages of the timers whose tokens the instance holds, by token.</summary>
    public Dictionary<Guid, string> WaitingTimers(TSaga instance) =>
        _timers
            .Select(timer => (Token: timer.Timer.GetTokenId(instance), timer.Message))
            .Where(timer => timer.Token is not null)
            .DistinctBy(timer => timer.Token)
            .ToDictionary(timer => timer.Token!.Value, timer => timer.Message);
}
