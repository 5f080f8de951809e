using MassTransit;
using MassTransit.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Testing;

/// <summary>When what a handler sends leaves, and what a crash can therefore do. Say what your application uses.</summary>
public enum OutboxKind
{
    /// <summary>At once, as MassTransit does without an outbox: a handler that fails half-way has sent some of it.</summary>
    None,

    /// <summary><c>UseInMemoryOutbox</c>: after the saga is stored. A crash in between loses it.</summary>
    InMemory,

    /// <summary>The transactional outbox: together with the saga, and no message id is handled twice.</summary>
    Transactional,
}

/// <summary>What is in a lab, and the rules it plays by.</summary>
public sealed class LabSetup
{
    readonly List<Action<IBusRegistrationConfigurator>> _registrations = [];
    readonly List<Action<IServiceCollection>> _services = [];
    readonly List<Type> _consumers = [];
    readonly List<(Type Machine, Type Saga)> _sagas = [];
    readonly Dictionary<Type, Func<IServiceProvider, Guid, object?, CancellationToken, Task>> _writeThroughs = [];

    internal IReadOnlyList<Action<IBusRegistrationConfigurator>> Registrations => _registrations;

    internal IReadOnlyList<Action<IServiceCollection>> ServiceSetups => _services;

    internal IReadOnlyList<Type> Consumers => _consumers;

    internal IReadOnlyList<(Type Machine, Type Saga)> Sagas => _sagas;

    /// <summary>By the type of saga: who else is told what is stored.</summary>
    internal IReadOnlyDictionary<Type, Func<IServiceProvider, Guid, object?, CancellationToken, Task>> WriteThroughs =>
        _writeThroughs;

    internal OutboxKind OutboxKind { get; private set; }

    internal IRetryPolicy? RetryPolicy { get; private set; }

    internal IRetryPolicy? RedeliveryPolicy { get; private set; }

    internal DateTimeOffset Start { get; private set; } = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);

    internal int MaxSteps { get; private set; } = 10_000;

    /// <summary>Adds a saga: the real machine, with a store of the lab's own.</summary>
    public LabSetup Saga<TMachine, TSaga>()
        where TMachine : class, SagaStateMachine<TSaga>
        where TSaga : class, SagaStateMachineInstance
    {
        _sagas.Add((typeof(TMachine), typeof(TSaga)));
        _registrations.Add(bus => bus.AddSagaStateMachine<TMachine, TSaga>().Repository(Engine.LabBus.Store));
        return this;
    }

    /// <summary>Adds a consumer.</summary>
    public LabSetup Consumer<TConsumer>()
        where TConsumer : class, IConsumer
    {
        _consumers.Add(typeof(TConsumer));
        _registrations.Add(bus => bus.AddConsumer<TConsumer>());
        return this;
    }

    /// <summary>
    /// Writes what the lab stores of a saga to where consumers read it themselves, such as the table that it has in the
    /// application's database. Happens after every message that changed an instance, before what that message said is
    /// delivered. For runs and scenarios; an exploration goes back and forth between worlds, and no database does.
    /// </summary>
    /// <param name="write">
    /// Given a scope's services, the instance's id, and a copy of it, or null when it is gone.
    /// </param>
    public LabSetup WriteThrough<TSaga>(Func<IServiceProvider, Guid, TSaga?, CancellationToken, Task> write)
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(write);
        _writeThroughs[typeof(TSaga)] = (services, id, saga, cancellationToken) =>
            write(services, id, (TSaga?)saga, cancellationToken);
        return this;
    }

    /// <summary>
    /// Adds what machines and consumers are made with. The lab itself adds the <see cref="TimeProvider"/> and the message
    /// scheduler.
    /// </summary>
    public LabSetup Services(Action<IServiceCollection> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        _services.Add(add);
        return this;
    }

    /// <summary>The time at which runs begin. Years before today, see the documentation's chapter on time.</summary>
    public LabSetup StartAt(DateTimeOffset start)
    {
        Start = start.ToUniversalTime();
        return this;
    }

    /// <summary>What your endpoints do with <c>UseMessageRetry</c>; delays pass on the lab's clock.</summary>
    public LabSetup Retry(Action<IRetryConfigurator> configure)
    {
        RetryPolicy = MassTransit.Retry.CreatePolicy(configure);
        return this;
    }

    /// <summary>What your endpoints do with <c>UseDelayedRedelivery</c> or <c>UseScheduledRedelivery</c>.</summary>
    public LabSetup Redelivery(Action<IRetryConfigurator> configure)
    {
        RedeliveryPolicy = MassTransit.Retry.CreatePolicy(configure);
        return this;
    }

    /// <summary>The outbox of your endpoints.</summary>
    public LabSetup Outbox(OutboxKind kind)
    {
        OutboxKind = kind;
        return this;
    }

    /// <summary>How many messages may follow from one step before the lab says that this never ends. 10 000 if not set.</summary>
    public LabSetup AtMost(int messages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        MaxSteps = messages;
        return this;
    }
}
