using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.Saga;
using MassTransit.Scheduling;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RideBooking.Testing.Engine;

/// <summary>Hosts MassTransit with the lab's sagas and consumers on a bus that is never started.</summary>
/// <remarks>Messages are put into the real receive pipes directly, and the output is recorded.</remarks>
sealed class LabBus : IAsyncDisposable
{
    readonly ServiceProvider _services;

    public LabBus(LabSetup setup, AsyncLocal<Handling?> present, Serializer wire)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        foreach (var add in setup.ServiceSetups)
            add(services);
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new LabClock(setup.Start, present)));
        services.AddSingleton(present);
        services.AddSingleton(wire);
        services.AddSingleton(typeof(SagaStore<>.Opening));
        services.AddSingleton<LabScheduler>(provider => new LabScheduler(
            present,
            wire,
            provider.GetRequiredService<IBus>().Topology
        ));
        services.AddSingleton<IMessageScheduler>(NewScheduler);
        services.AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            foreach (var register in setup.Registrations)
                register(bus);
            bus.UsingInMemory((context, memory) => memory.UseFilter(new SchedulerFilter(() => NewScheduler(context))));
        });
        _services = services.BuildServiceProvider(validateScopes: true);

        var real = _services.GetRequiredService<IBus>();
        var recorder = new Recorder(present, wire);
        real.ConnectPublishObserver(recorder);
        real.ConnectSendObserver(recorder);

        var open = new Opener(
            _services,
            _services.GetRequiredService<IReceiveEndpointDispatcherFactory>(),
            _services.GetRequiredService<IEndpointNameFormatter>(),
            present
        );
        Receivers =
        [
            .. setup.Sagas.Select(it => open.Saga(it.Machine, it.Saga)),
            .. setup.Consumers.Select(open.Consumer),
        ];
    }

    public IReadOnlyList<Receiver> Receivers { get; }

    public IEnumerable<Machine> Machines => Receivers.Select(receiver => receiver.Machine).OfType<Machine>();

    public static void Store<TSaga>(ISagaRepositoryRegistrationConfigurator<TSaga> saga)
        where TSaga : class, ISaga
    {
        saga.RegisterLoadSagaRepository<TSaga, SagaStore<TSaga>>();
        saga.RegisterQuerySagaRepository<TSaga, SagaStore<TSaga>>();
        saga.RegisterSagaRepository<TSaga, Handling, SagaConsumeContextFactory<Handling, TSaga>, SagaStore<TSaga>>();
    }

    public AsyncServiceScope NewScope() => _services.CreateAsyncScope();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    static MessageScheduler NewScheduler(IServiceProvider services) =>
        new(services.GetRequiredService<LabScheduler>(), services.GetRequiredService<IBus>().Topology);

    /// <summary>Makes the machine's Schedule, Unschedule and Request use the lab's scheduler.</summary>
    sealed class SchedulerFilter(Func<IMessageScheduler> scheduler) : IFilter<ConsumeContext>
    {
        public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
        {
            context.GetOrAddPayload<MessageSchedulerContext>(() =>
                new ConsumeMessageSchedulerContext(context, _ => scheduler())
            );
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("sagaLabScheduler");
    }

    sealed class Opener(
        IServiceProvider services,
        IReceiveEndpointDispatcherFactory dispatchers,
        IEndpointNameFormatter names,
        AsyncLocal<Handling?> present
    )
    {
        public Receiver Saga(Type machine, Type saga) =>
            Call<Receiver>(nameof(OpenSaga), saga, services.GetRequiredService(machine));

        public Receiver Consumer(Type consumer) => Call<Receiver>(nameof(OpenConsumer), consumer);

        T Call<T>(string method, Type of, params object[] arguments) =>
            (T)
                typeof(Opener)
                    .GetMethod(method)!
                    .MakeGenericMethod(of)
                    .Invoke(this, System.Reflection.BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

        public Receiver OpenSaga<T>(SagaStateMachine<T> definition)
            where T : class, SagaStateMachineInstance
        {
            var (name, machine) = (names.Saga<T>(), new Machine<T>(definition, present));
            var takes = machine.MessageEvents.Select(it => it.Message).ToHashSet();
            return new Receiver(name, takes, dispatchers.CreateSagaReceiver<T>(name), machine);
        }

        public Receiver OpenConsumer<T>()
            where T : class, IConsumer
        {
            var takes = typeof(T)
                .GetInterfaces()
                .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConsumer<>))
                .Select(type => type.GetGenericArguments()[0])
                .ToHashSet();
            var name = names.Consumer<T>();
            return new Receiver(name, takes, dispatchers.CreateConsumerReceiver<T>(name), null);
        }
    }
}
