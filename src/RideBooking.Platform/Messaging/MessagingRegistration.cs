using System.Data;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Messaging.Partitions;
using RideBooking.Platform.Messaging.Pauses;
using RideBooking.Platform.Messaging.RabbitMq;
using RideBooking.Platform.Messaging.Simulations;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Composes the bus: the modules' consumers and state machines, each behind redelivery, retry, inbox and outbox.
/// </summary>
public static class MessagingRegistration
{
    /// <summary>
    /// How long the inbox remembers handled messages. Work that must never happen twice also has a permanent unique key.
    /// </summary>
    public static readonly TimeSpan InboxWindow = TimeSpan.FromDays(7);

    const string Scheduler = "quartz";

    /// <summary>
    /// Registers MassTransit on the configured transport. Throws a configuration exception that names the setting.
    /// </summary>
    public static TransportOptions AddMessaging(
        this IServiceCollection services,
        IConfiguration configuration,
        IHostEnvironment environment,
        DatabaseOptions database,
        IReadOnlyList<IModule> modules
    )
    {
        var options = TransportOptions.Read(configuration, environment);
        RequiredMembers.Enforce();
        services.AddSingleton(options);
        services.AddMetrics();
        services.TryAddSingleton<EndpointMetrics>();
        services.AddSingleton(provider => provider.GetRequiredService<EndpointMetrics>().Totals);
        services.AddSingleton<ReceiveEndpoints>();
        services.AddSingleton<EndpointGates>();
        services.AddSingleton(provider => new EndpointPauses(
            provider.GetRequiredService<EndpointGates>(),
            provider.GetRequiredService<ReceiveEndpoints>(),
            provider.GetRequiredService<EndpointMetrics>(),
            options,
            provider,
            provider.GetRequiredService<ILogger<EndpointPauses>>()
        ));
        services.AddSingleton<OlderVersions>();
        services.AddSingleton<EndpointPolicies>();
        services.AddSingleton<DatabaseWatch>();
        services.AddScheduler(database, options);

        // On RabbitMQ, a message published before the queues are bound is lost: no request is admitted until they are.
        services.Configure<MassTransitHostOptions>(host => host.WaitUntilStarted = true);
        services.AddMassTransit(bus =>
        {
            if (options.Kind == TransportKind.InMemory)
                bus.AddReceiveObserver(provider => provider.GetRequiredService<InMemoryDrain>());
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter(includeNamespace: false));
            bus.AddPublishMessageScheduler();
            bus.AddQuartzConsumers(scheduler =>
            {
                scheduler.QueueName = Scheduler;
                scheduler.RetryLimit = 0;
            });
            bus.AddEndpointPolicy(_ => Scheduler, EndpointPolicy.Scheduler);
            bus.AddEntityFrameworkOutbox<AppDbContext>(outbox =>
            {
                outbox.Use(database.Provider);
                // Less strict, and so faster, than the package's defaults. The modules rely on versions, conditional updates
                // and unique keys, and every call to the outside world is made by a consumer outside the transaction.
                outbox.IsolationLevel = IsolationLevel.ReadCommitted;
                outbox.UseGroupCommit();
                outbox.DuplicateDetectionWindow = InboxWindow;
                if (options.Partitions > 0)
                    outbox.KeepOrderByRoutingKey();
                if (options.Timers == TimerStore.Outbox)
                    outbox.KeepScheduledMessages(options.TimersPerSecond);
                outbox.UseBusOutbox();
            });
            foreach (var module in modules)
                module.AddConsumers(bus);
            bus.AddConfigureEndpointsCallback((context, name, endpoint) => Configure(context, name, endpoint, options));

            if (options.Kind == TransportKind.RabbitMq)
                bus.UsingRabbitMq(
                    (context, rabbit) =>
                    {
                        RabbitMqTopology.Use(rabbit, options.Broker!);
                        context.GetRequiredService<OlderVersions>().Use(rabbit);
                        rabbit.UsePublishMessageScheduler();
                        if (options.Partitions > 0)
                        {
                            RoutingKeys.Use(rabbit);
                            PartitionedEndpoints.Configure(
                                rabbit,
                                context,
                                options.Partitions,
                                name => context.GetRequiredService<EndpointPolicies>().For(name).IsPartitioned,
                                (name, partition) => Configure(context, name, partition, options)
                            );
                        }
                        rabbit.ConfigureEndpoints(context);
                    }
                );
            else
                bus.UsingInMemory(
                    (context, memory) =>
                    {
                        context.GetRequiredService<OlderVersions>().Use(memory);
                        memory.UsePublishMessageScheduler();
                        memory.ConfigureEndpoints(context);
                    }
                );
        });
        if (options.Kind == TransportKind.InMemory)
        {
            // Registered after the bus, so that it stops before the bus.
            services.AddSingleton<InMemoryDrain>();
            services.AddHostedService(provider => provider.GetRequiredService<InMemoryDrain>());
        }
        if (options.Partitions > 0)
        {
            // Registered after the bus, so that it stops before the bus.
            services.AddSingleton<PartitionChannels>();
            services.AddHostedService(provider => provider.GetRequiredService<PartitionChannels>());
        }
        services.AddSingleton<InboxConsumers>();
        services.AddSingleton(provider => new HandledMessages(provider.GetRequiredService<InboxConsumers>()));
        services.AddSingleton<SimulatedEndpoints>();
        services.AddSingleton(provider => new MessageSimulator(
            provider.GetRequiredService<IBusInstance>(),
            provider.GetRequiredService<SimulatedEndpoints>(),
            provider.GetRequiredService<InboxConsumers>(),
            provider.GetRequiredService<EventCatalogue>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        return options;
    }

    // The order matters: a failed message is retried in a new transaction.
    static void Configure(
        IRegistrationContext context,
        string name,
        IReceiveEndpointConfigurator endpoint,
        TransportOptions options
    )
    {
        var policy = context.GetRequiredService<EndpointPolicies>().For(name);
        var inProcess = policy.IsInProcess;
        var inTransaction = !policy.IsOutsideTransaction;
        if (!inProcess)
        {
            var partitions = policy.IsPartitioned ? options.Partitions : 0;
            context
                .GetRequiredService<InboxConsumers>()
                .Observe(endpoint, name, policy, context.GetRequiredService<ConsumerAliases>());
            context.GetRequiredService<SimulatedEndpoints>().Observe(endpoint, name);
            context.GetRequiredService<ReceiveEndpoints>().Add(name, PartitionNames.QueuesOf(name, partitions));
            RabbitMqTopology.Use(endpoint, name, isPartition: partitions > 0);
            context.GetRequiredService<OlderVersions>().Use(endpoint);
            if (partitions == 0)
                policy.Limit(endpoint);
            else
            {
                policy.LimitPartition(endpoint, partitions);
                var ordering = new PartitionOrdering(context.GetRequiredService<PartitionChannels>());
                endpoint.ConfigureReceive(receive => receive.UseFilter(ordering));
            }
            var gate = context.GetRequiredService<EndpointGates>().Of(name);
            ConsumeWhenOpen.Use(endpoint, gate);
            DescribeFailure.Use(endpoint);
            if (options.Kind == TransportKind.InMemory)
            {
                var held = new HoldMessages(gate, context.GetRequiredService<InMemoryDrain>());
                endpoint.ConfigureReceive(receive => receive.UseFilter(held));
                DeadLetterFilter.Use(endpoint, name, context);
            }
        }
        var database = context.GetRequiredService<DatabaseWatch>();
        endpoint.UseLogScope(context, name);
        if (policy.IsHeldDuringOutage && options.Kind == TransportKind.RabbitMq)
            endpoint.UseMessageFilter(new ReturnDuringOutage(database));
        if (inTransaction && !inProcess)
            endpoint.UseMessageFilter(new ReportAttempts([.. context.GetServices<IDeliveryObserver>()], name));
        if (!inProcess)
            endpoint.UseMessageFilter(new PerKeyOrdering());
        var metrics = context.GetRequiredService<EndpointMetrics>();
        endpoint.UseFailurePolicy(policy, options, metrics.Of(name), metrics.AttemptsOf(name), database);
        if (inProcess)
            endpoint.UseMessageFilter(new InProcessConflictFilter());
        if (inTransaction)
            endpoint.UseEntityFrameworkOutbox<AppDbContext>(context);
        if (inProcess)
            ForgetRefusedCommands.Use(endpoint);
    }

    static void Use(this IEntityFrameworkOutboxConfigurator outbox, DatabaseProvider provider)
    {
        switch (provider)
        {
            case DatabaseProvider.Sqlite:
                outbox.UseSqlite();
                break;
            case DatabaseProvider.SqlServer:
                outbox.UseSqlServer();
                break;
            case DatabaseProvider.Postgres:
                outbox.UsePostgres();
                break;
            default:
                throw new InvalidOperationException($"No outbox for {provider}.");
        }
    }
}
