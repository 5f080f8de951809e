using System.Data;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using IHost = Microsoft.Extensions.Hosting.IHost;

namespace RideBooking.Benchmarks.Saga;

/// <summary>A process with the saga and its consumers: on a database with inbox and outbox, or in memory without them.</summary>
static class SagaHost
{
    const int Prefetch = 100;

    /// <param name="servers">The transport and the database servers.</param>
    /// <param name="database">The database; null for the saga in memory, without inbox and outbox.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<IHost> Start(SagaServers servers, Database? database, CancellationToken cancellationToken)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings()
        );
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var services = builder.Services;
        services.AddSingleton<Riders>();
        services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        if (database is not null)
            services.AddDbContextPool<RideSagaContext>(options => servers.UseDatabase(options));
        services.AddMassTransit(bus =>
        {
            bus.AddConsumer<MatchRide>();
            bus.AddConsumer<DriveRide>();
            bus.AddConsumer<FinishRide>();
            bus.AddConsumer<BillRide>();
            bus.AddConsumer<FollowRides>();
            var saga = bus.AddSagaStateMachine<RideSaga, RideState>();
            if (database is null)
                saga.InMemoryRepository();
            else
            {
                saga.EntityFrameworkRepository(repository =>
                {
                    repository.ConcurrencyMode = ConcurrencyMode.Optimistic;
                    repository.ExistingDbContext<RideSagaContext>();
                });
                bus.AddEntityFrameworkOutbox<RideSagaContext>(outbox =>
                {
                    outbox.IsolationLevel = IsolationLevel.ReadCommitted;
                    outbox.UseGroupCommit();
                    switch (database)
                    {
                        case Database.Postgres:
                            outbox.UsePostgres();
                            break;
                        case Database.SqlServer:
                            outbox.UseSqlServer();
                            break;
                        default:
                            outbox.UseSqlite();
                            break;
                    }
                });
                bus.AddConfigureEndpointsCallback(
                    (context, name, endpoint) =>
                    {
                        endpoint.UseMessageRetry(retry => retry.Intervals(5, 10, 20, 50, 100, 200, 500));
                        if (
                            !name.StartsWith("Fol", StringComparison.Ordinal)
                            && !name.StartsWith("Fin", StringComparison.Ordinal)
                        )
                            endpoint.UseEntityFrameworkOutbox<RideSagaContext>(context);
                    }
                );
            }
            if (servers.Broker is { } broker)
                bus.UsingRabbitMq(
                    (context, rabbit) =>
                    {
                        rabbit.Host(broker);
                        rabbit.PrefetchCount = Prefetch;
                        rabbit.ConfigureEndpoints(context);
                    }
                );
            else
                bus.UsingInMemory(
                    (context, memory) =>
                    {
                        memory.PrefetchCount = Prefetch;
                        memory.ConfigureEndpoints(context);
                    }
                );
        });
        var host = builder.Build();
        if (database is not null)
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope
                .ServiceProvider.GetRequiredService<RideSagaContext>()
                .Database.EnsureCreatedAsync(cancellationToken);
        }
        await host.StartAsync(cancellationToken);
        return host;
    }
}
