using MassTransit;

namespace RideBooking.Testing.Engine;

/// <summary>The lab's view of a state machine, independent of its instance type.</summary>
abstract class Machine
{
    public abstract StateMachine Definition { get; }

    public Type Saga => Definition.InstanceType;

    /// <summary>The events that messages raise, each with its message type.</summary>
    public IReadOnlyList<(Event Event, Type Message)> MessageEvents { get; protected init; } = [];

    /// <summary>Returns the name of an instance's state; of the initial state if there is no instance.</summary>
    public abstract string StateOf(object? instance);

    public static Type? MessageOf(Event raised) =>
        raised
            .GetType()
            .GetInterfaces()
            .FirstOrDefault(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Event<>))
            ?.GetGenericArguments()[0];
}

/// <inheritdoc/>
sealed class Machine<TSaga> : Machine, IEventObserver<TSaga>
    where TSaga : class, SagaStateMachineInstance
{
    readonly SagaStateMachine<TSaga> _machine;
    readonly AsyncLocal<Handling?> _present;
    readonly List<(string Name, Func<TSaga, bool> IsIn)> _states;

    public Machine(SagaStateMachine<TSaga> machine, AsyncLocal<Handling?> present)
    {
        _machine = machine;
        _present = present;
        _states =
        [
            .. machine.States.Select(state => (state.Name, machine.Accessor.GetStateExpression(state).Compile())),
        ];
        MessageEvents =
        [
            .. from raised in machine.Events
            let message = MessageOf(raised)
            where message is not null && !machine.IsCompositeEvent(raised)
            select (raised, message),
        ];
        machine.ConnectEventObserver(this);
    }

    public override StateMachine Definition => _machine;

    public override string StateOf(object? instance) =>
        instance is TSaga saga
            ? _states.FirstOrDefault(state => state.IsIn(saga)).Name ?? _machine.Initial.Name
            : _machine.Initial.Name;

    async Task Note(BehaviorContext<TSaga> context)
    {
        var state = await _machine.Accessor.Get(context);
        _present.Value?.Raise(new Raised(typeof(TSaga), state?.Name ?? _machine.Initial.Name, context.Event.Name));
    }

    Task IEventObserver<TSaga>.PreExecute(BehaviorContext<TSaga> context) => Note(context);

    Task IEventObserver<TSaga>.PreExecute<T>(BehaviorContext<TSaga, T> context) => Note(context);

    Task IEventObserver<TSaga>.PostExecute(BehaviorContext<TSaga> context) => Task.CompletedTask;

    Task IEventObserver<TSaga>.PostExecute<T>(BehaviorContext<TSaga, T> context) => Task.CompletedTask;

    Task IEventObserver<TSaga>.ExecuteFault(BehaviorContext<TSaga> context, Exception exception) => Task.CompletedTask;

    Task IEventObserver<TSaga>.ExecuteFault<T>(BehaviorContext<TSaga, T> context, Exception exception) =>
        Task.CompletedTask;
}
