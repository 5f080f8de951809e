using MassTransit;
using MassTransit.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Testing;

/// <summary>
/// When a handler's outgoing messages leave, which determines the effects of a crash. Choose what your application uses.
/// </summary>
public enum OutboxKind
{
    /// <summary>
    /// At once, as MassTransit does without an outbox. A handler that fails half-way has sent some of them.
    /// </summary>
    None,

    /// <summary><c>UseInMemoryOutbox</c>: after the saga is stored. A crash in between loses the messages.</summary>
    InMemory,

    /// <summary>The transactional outbox: together with the saga. No message id is handled twice.</summary>
    Transactional,
}

/// <summary>The contents and the rules of a lab.</summary>
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

    /// <summary>The external stores to which stored sagas are written, by saga type.</summary>
    internal IReadOnlyDictionary<Type, Func<IServiceProvider, Guid, object?, CancellationToken, Task>> WriteThroughs =>
        _writeThroughs;

    internal OutboxKind OutboxKind { get; private set; }

    internal IRetryPolicy? RetryPolicy { get; private set; }

    internal IRetryPolicy? RedeliveryPolicy { get; private set; }

    internal DateTimeOffset Start { get; private set; } = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);

    internal int MaxSteps { get; private set; } = 10_000;

    /// <summary>Adds a saga: the real machine, with a store of the lab.</summary>
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
    /// Writes stored sagas of a type to an external store that consumers read, such as their table in the application's
    /// database.
    /// </summary>
    /// <remarks>
    /// This happens after every message that changed an instance, before the messages that it sent are delivered. It works in
    /// runs and scenarios. An exploration goes back and forth between worlds, and a database cannot follow.
    /// </remarks>
    /// <param name="write">
    /// Gets a scope's services, the instance's id, and a copy of the instance; null if it was removed.
    /// </param>
    public LabSetup WriteThrough<TSaga>(Func<IServiceProvider, Guid, TSaga?, CancellationToken, Task> write)
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(write);
        _writeThroughs[typeof(TSaga)] = (services, id, saga, cancellationToken) =>
            write(services, id, (TSaga?)saga, cancellationToken);
        return this;
    }

    /// <summary>Adds the services that machines and consumers need.</summary>
    /// <remarks>The lab itself adds the <see cref="TimeProvider"/> and the message scheduler.</remarks>
    public LabSetup Services(Action<IServiceCollection> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        _services.Add(add);
        return this;
    }

    /// <summary>
    /// Sets the time at which runs start. It is years before today; see the documentation's chapter on time.
    /// </summary>
    public LabSetup StartAt(DateTimeOffset start)
    {
        Start = start.ToUniversalTime();
        return this;
    }

    /// <summary>Sets what your endpoints do with <c>UseMessageRetry</c>. Delays pass on the lab's clock.</summary>
    public LabSetup Retry(Action<IRetryConfigurator> configure)
    {
        RetryPolicy = MassTransit.Retry.CreatePolicy(configure);
        return this;
    }

    /// <summary>Sets what your endpoints do with <c>UseDelayedRedelivery</c> or <c>UseScheduledRedelivery</c>.</summary>
    public LabSetup Redelivery(Action<IRetryConfigurator> configure)
    {
        RedeliveryPolicy = MassTransit.Retry.CreatePolicy(configure);
        return this;
    }

    /// <summary>Sets the outbox of your endpoints.</summary>
    public LabSetup Outbox(OutboxKind kind)
    {
        OutboxKind = kind;
        return this;
    }

    /// <summary>
    /// Sets how many messages may follow from one step before the lab fails because they never end; 10 000 by default.
    /// </summary>
    public LabSetup AtMost(int messages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        MaxSteps = messages;
        return this;
    }
}
