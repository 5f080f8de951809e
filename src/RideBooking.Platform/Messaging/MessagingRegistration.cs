using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>Composes the bus: the modules' consumers and machines, each behind redelivery, retry, inbox and outbox.</summary>
public static class MessagingRegistration
{
    /// <summary>Registers MassTransit on the configured transport. Throws a configuration exception that names the setting.</summary>
    public static TransportOptions AddMessaging(
        this IServiceCollection services,
        IConfiguration configuration,
        IHostEnvironment environment,
        DatabaseOptions database,
        IReadOnlyList<IModule> modules
    )
    {
        var options = TransportOptions.Read(configuration, environment);
        services.AddSingleton(options);
        services.AddSingleton(typeof(SagaCommands<>));
        services.AddScheduler(database);

        // Published before the queues are bound is lost on RabbitMQ: nobody gets in until they are.
        services.Configure<MassTransitHostOptions>(host => host.WaitUntilStarted = true);
        services.AddMassTransit(bus =>
        {
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter(includeNamespace: false));
            bus.AddPublishMessageScheduler();
            bus.AddQuartzConsumers();
            bus.AddEntityFrameworkOutbox<AppDbContext>(outbox =>
            {
                outbox.Use(database.Provider);
                outbox.UseBusOutbox();
            });
            foreach (var module in modules)
                module.AddConsumers(bus);
            bus.AddConfigureEndpointsCallback((context, name, endpoint) => Configure(context, name, endpoint, options));

            if (options.Kind == TransportKind.RabbitMq)
                bus.UsingRabbitMq(
                    (context, rabbit) =>
                    {
                        rabbit.Host(options.Broker!);
                        rabbit.UsePublishMessageScheduler();
                        rabbit.ConfigureEndpoints(context);
                    }
                );
            else
                bus.UsingInMemory(
                    (context, memory) =>
                    {
                        memory.UsePublishMessageScheduler();
                        memory.ConfigureEndpoints(context);
                    }
                );
        });
        return options;
    }

    // The order matters: redelivery outermost, then retry, and inside both one transaction per attempt.
    static void Configure(
        IRegistrationContext context,
        string name,
        IReceiveEndpointConfigurator endpoint,
        TransportOptions options
    )
    {
        // Whoever waits in process for the answer tries again himself; he must not be told of success later.
        var inProcess = name.EndsWith(InProcess.EndpointSuffix, StringComparison.Ordinal);
        if (options.Redelivery.Count > 0 && !inProcess)
            endpoint.UseScheduledRedelivery(retry => retry.Intervals([.. options.Redelivery]));
        if (options.Retry.Count > 0 && !inProcess)
            endpoint.UseMessageRetry(retry => retry.Intervals([.. options.Retry]));
        if (!context.IsOutsideTransaction(name) && name != QuartzQueue)
            endpoint.UseEntityFrameworkOutbox<AppDbContext>(context);
    }

    const string QuartzQueue = "quartz";

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
