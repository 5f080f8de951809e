using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using RideBooking.TestKit.Scheduling;

namespace RideBooking.Testing.Tests.Parcels;

/// <summary>An application with parcels: stored in SQLite with an outbox, on an in-memory bus, with Quartz timers.</summary>
public class ParcelOffice<TContext> : IAsyncLifetime
    where TContext : ParcelContext
{
    readonly string _folder = Directory.CreateTempSubdirectory("parcels-").FullName;
    readonly ServiceProvider _services;

    public ParcelOffice()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDbContext<ParcelContext, TContext>(db =>
            db.UseSqlite($"Data Source={Path.Combine(_folder, "parcels.db")}")
        );
        services.AddQuartz(_ => { });
        services.AddMassTransit(bus =>
        {
            bus.AddQuartzConsumers();
            bus.AddEntityFrameworkOutbox<ParcelContext>(outbox => outbox.UseSqlite());
            bus.AddSagaStateMachine<ParcelMachine, Parcel>()
                .EntityFrameworkRepository(parcels => parcels.ExistingDbContext<ParcelContext>());
            bus.AddConfigureEndpointsCallback(
                (context, name, endpoint) =>
                {
                    if (name != "quartz")
                        endpoint.UseEntityFrameworkOutbox<ParcelContext>(context);
                }
            );
            bus.UsingInMemory(
                (context, memory) =>
                {
                    memory.UsePublishMessageScheduler();
                    // In production other services consume these; the in-memory transport needs a consumer for their messages.
                    memory.ReceiveEndpoint("label-printer", printer => printer.DiscardSkippedMessages());
                    memory.ReceiveEndpoint("depot", depot => depot.DiscardSkippedMessages());
                    memory.ConfigureEndpoints(context);
                }
            );
        });
        services
            .AddBusTraffic()
            .AddScenarioBus(it =>
                it.Named("SQLite")
                    .AtRest(
                        async (scope, cancellationToken) =>
                            await QuartzTime.IsAtRest(scope, cancellationToken)
                            && !await scope
                                .GetRequiredService<ParcelContext>()
                                .Set<OutboxMessage>()
                                .AnyAsync(cancellationToken)
                    )
                    .MoveTime(QuartzTime.Move)
            );
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public ScenarioBus Bus => _services.GetRequiredService<ScenarioBus>();

    public async ValueTask InitializeAsync()
    {
        await using (var scope = _services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<ParcelContext>().Database.EnsureCreatedAsync();
        foreach (var service in _services.GetServices<IHostedService>())
            await service.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

public class ParcelContext(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Parcel>().HasKey(parcel => parcel.CorrelationId);
        modelBuilder.AddTransactionalOutboxEntities();
    }
}
