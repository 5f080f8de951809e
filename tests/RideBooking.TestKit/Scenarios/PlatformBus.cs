using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Payments;
using RideBooking.Platform;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.Testing;
using RideBooking.TestKit.Scheduling;
using IHost = Microsoft.Extensions.Hosting.IHost;

namespace RideBooking.TestKit.Scenarios;

/// <summary>The platform as it runs in the host, with only the state machines of rides and payments on the bus.</summary>
internal sealed class PlatformBus : IAsyncDisposable
{
    readonly IHost _host;

    PlatformBus(IHost host) => _host = host;

    public ScenarioBus Scenarios => _host.Services.GetRequiredService<ScenarioBus>();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="name">The name in reports.</param>
    /// <param name="services">Adds services to the container.</param>
    /// <param name="settings">The settings of transport and database.</param>
    public static async Task<PlatformBus> Start(
        string name,
        Action<IServiceCollection> services,
        params (string Key, string Value)[] settings
    )
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings()
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                // Retries take real time here, and the lab has none: a message that fails once fails at each retry.
                ["Messaging:Retry"] = "00:00:00.001",
                ["Messaging:Redelivery"] = "00:01:00,00:01:00,00:01:00",
                // The lab follows timers by the messages to the scheduler.
                ["Messaging:Timers"] = "Quartz",
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(it => it.Key, it => (string?)it.Value));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var rides = new RidesModule();
        builder.Services.AddSingleton<IModule>(rides);
        builder.Services.AddSingleton<IModule>(new PaymentsModule());
        builder.Services.AddSingleton(RideAndPaymentScenarios.Times);
        builder.Services.AddSingleton(RideAndPaymentScenarios.Plausibility);
        builder.Services.AddSingleton(RideAndPaymentScenarios.Rules);
        builder.Services.AddSingleton(RideAndPaymentScenarios.Options);
        var database = builder.Services.AddPersistence(builder.Configuration);
        builder.Services.AddMessagingServices(
            builder.Configuration,
            builder.Environment,
            database,
            [new Machines(rides)]
        );
        services(builder.Services);
        builder.Services.AddScenarioBus(it =>
            it.Named(name)
                .AtRest(
                    async (scope, cancellationToken) =>
                        await QuartzTime.IsAtRest(scope, cancellationToken)
                        && !await Outbox(scope).AnyAsync(cancellationToken)
                )
                .MoveTime(QuartzTime.Move)
                .Ignoring<Ride>(ride => ride.Version)
                .Ignoring<Payment>(payment => payment.Version)
        );
        var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<AppDbContext>().Database.EnsureCreatedAsync(Stop);
        await host.StartAsync(Stop);
        return new PlatformBus(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    static DbSet<OutboxMessage> Outbox(IServiceProvider scope) =>
        scope.GetRequiredService<AppDbContext>().Set<OutboxMessage>();

    /// <summary>The two state machines. The scenario plays the gateway.</summary>
    sealed class Machines(RidesModule rides) : IModule
    {
        public string Name => "machines";

        public void AddServices(IServiceCollection services, IConfiguration configuration) { }

        public void AddConsumers(IBusRegistrationConfigurator bus)
        {
            rides.AddConsumers(bus);
            bus.AddSagaStateMachine<PaymentStateMachine, Payment>()
                .EntityFrameworkRepository(payments =>
                {
                    payments.ConcurrencyMode = ConcurrencyMode.Optimistic;
                    payments.ExistingDbContext<AppDbContext>();
                });
        }

        public void MapEndpoints(IEndpointRouteBuilder routes) { }
    }
}
