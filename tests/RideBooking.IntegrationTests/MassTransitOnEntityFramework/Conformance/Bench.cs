using System.Data;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Logging;
using MassTransit.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>One process: a bus with consumers and sagas on the outbox, a database, and a clock that only the test advances.</summary>
public sealed class Bench : IAsyncDisposable
{
    readonly ServiceProvider provider;
    bool stopped;

    Bench(ServiceProvider provider) => this.provider = provider;

    public static TimeSpan Limit => WaitFor.Limit;

    public IServiceProvider Services => provider;
    public ITestHarness Harness => provider.GetRequiredService<ITestHarness>();
    public IBus Bus => Harness.Bus;
    public Clerk Clerk => provider.GetRequiredService<Clerk>();
    public Mailbox Mailbox => provider.GetRequiredService<Mailbox>();
    public Deliveries Deliveries => provider.GetRequiredService<Deliveries>();
    public FakeTimeProvider Clock => provider.GetRequiredService<FakeTimeProvider>();

    public static async Task<Bench> StartAsync(ConformanceServers servers, Settings? settings = null)
    {
        var bench = await BuildAsync(servers, settings);
        await bench.StartAsync();
        return bench;
    }

    /// <summary>Builds the process without starting it: it can write to its database but sends nothing.</summary>
    public static async Task<Bench> BuildAsync(ConformanceServers servers, Settings? settings = null)
    {
        settings ??= new Settings();
        var services = new ServiceCollection();
        var clock = new FakeTimeProvider(settings.Now ?? DateTimeOffset.UtcNow);
        services.AddSingleton(clock);
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(new Clerk());
        services.AddSingleton(new Mailbox());
        services.AddSingleton(new Deliveries());
        services.AddReceiveObserver<Deliveries>(provider => provider.GetRequiredService<Deliveries>());
        services.AddOptions<TextWriterLoggerOptions>().Configure(logger => logger.Disable("Microsoft"));

        void Options(DbContextOptionsBuilder options)
        {
            servers.UseDatabase(options);
            if (settings.GroupCommit)
                options.UseGroupCommit();
            settings.Context(options);
        }

        if (settings.AddContext is { } addContext)
            addContext(services, Options);
        else if (settings.Pooled)
            services.AddDbContextPool<TownPostOffice>(Options);
        else
            services.AddDbContext<TownPostOffice>(Options);
        if (settings.AddContext is null)
            services.AddScoped<PostOffice>(scope => scope.GetRequiredService<TownPostOffice>());

        services.AddMassTransitTestHarness(bus =>
        {
            bus.SetTestTimeouts(Limit, TimeSpan.FromSeconds(2));
            bus.AddEntityFrameworkOutbox<PostOffice>(outbox =>
            {
                outbox.QueryDelay = TimeSpan.FromSeconds(10);
                if (servers.CommitsInGroups)
                {
                    outbox.IsolationLevel = IsolationLevel.ReadCommitted;
                    outbox.UseGroupCommit();
                }
                outbox.UseBusOutbox(settings.BusOutbox);
                settings.Outbox(outbox);
            });
            bus.AddConsumer<FileLetterConsumer>().Endpoint(endpoint => endpoint.Name = "letters");
            bus.AddConsumer<LetterFiledConsumer>()
                .Endpoint(endpoint =>
                {
                    endpoint.Name = "mailbox";
                    endpoint.ConcurrentMessageLimit = 1;
                });
            bus.AddSagaStateMachine<ParcelStateMachine, Parcel>()
                .EntityFrameworkRepository(repository =>
                {
                    repository.ConcurrencyMode = settings.Concurrency;
                    repository.ExistingDbContext<PostOffice>();
                    settings.Repository(repository);
                })
                .Endpoint(endpoint => endpoint.Name = "parcels");
            servers.UseTransport(
                bus,
                (context, configurator) =>
                {
                    settings.Transport(configurator);
                    configurator.ReceiveEndpoint(
                        "letters",
                        endpoint =>
                        {
                            if (settings.Retries > 0)
                                endpoint.UseMessageRetry(retry =>
                                {
                                    settings.Retry(retry);
                                    retry.Intervals(Backoffs(settings.Retries));
                                });
                            endpoint.UseEntityFrameworkOutbox<PostOffice>(context);
                            endpoint.ConfigureConsumer<FileLetterConsumer>(context);
                        }
                    );
                    configurator.ReceiveEndpoint(
                        "parcels",
                        endpoint =>
                        {
                            if (settings.Retries > 0)
                                endpoint.UseMessageRetry(retry =>
                                {
                                    settings.Retry(retry);
                                    retry.Intervals(Backoffs(settings.Retries));
                                });
                            if (settings.SagaOutbox)
                                endpoint.UseEntityFrameworkOutbox<PostOffice>(context);
                            endpoint.ConfigureSaga<Parcel>(context);
                        }
                    );
                }
            );
            settings.Bus(bus);
        });

        var provider = services.BuildServiceProvider(validateScopes: true);
        await using (var scope = provider.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<PostOffice>().Database.EnsureCreatedAsync();

        return new Bench(provider);
    }

    public Task StartAsync() => Harness.Start();

    public async Task StopAsync()
    {
        stopped = true;
        await Harness.Stop();
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task Publish<T>(T message, Action<PublishContext<T>>? configure = null)
        where T : class => Bus.Publish(message, context => configure?.Invoke(context), Stop);

    /// <summary>Waits until a message has been published, by any sender.</summary>
    public async Task IsPublished<T>()
        where T : class => (await Harness.Published.Any<T>(Stop)).ShouldBeTrue($"{typeof(T).Name} is published");

    /// <summary>Waits until the endpoint has completed this many deliveries, successfully or not.</summary>
    public Task IsDone(string endpoint, int deliveries) =>
        WaitFor.TrueAsync(
            $"{endpoint} is done with {deliveries} deliveries",
            () => Task.FromResult(Deliveries.Done(endpoint) >= deliveries)
        );

    /// <summary>Waits until the endpoint has started this many deliveries.</summary>
    public Task IsReceived(string endpoint, int deliveries) =>
        WaitFor.TrueAsync(
            $"{endpoint} has received {deliveries} deliveries",
            () => Task.FromResult(Deliveries.Received(endpoint) >= deliveries)
        );

    /// <summary>Counts the faults published so far.</summary>
    public int Faults<T>()
        where T : class => Harness.Published.Select<Fault<T>>(new CancellationToken(true)).Count();

    public Task<int> Count<T>()
        where T : class => In(office => office.Set<T>().CountAsync(Stop));

    public Task<T> TheOnly<T>()
        where T : class => In(office => office.Set<T>().AsNoTracking().SingleAsync(Stop));

    /// <summary>Publishes as an HTTP request does: through the scope, committed by its own SaveChanges.</summary>
    public async Task Request(Func<IPublishEndpoint, PostOffice, Task> handle)
    {
        await using var scope = provider.CreateAsyncScope();
        await handle(
            scope.ServiceProvider.GetRequiredService<IPublishEndpoint>(),
            scope.ServiceProvider.GetRequiredService<PostOffice>()
        );
    }

    /// <summary>Reads or writes the database outside any message.</summary>
    public async Task<T> In<T>(Func<PostOffice, Task<T>> use)
    {
        await using var scope = provider.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PostOffice>());
    }

    public Task<Parcel?> Parcel(Guid id) =>
        In(office => office.Parcels.AsNoTracking().SingleOrDefaultAsync(parcel => parcel.CorrelationId == id));

    public Task OutboxDrains() =>
        WaitFor.TrueAsync("the outbox is empty", async () => await Count<OutboxMessage>() == 0);

    public Task MailboxHas(int letters) =>
        WaitFor.TrueAsync(
            $"{letters} letters are in the mailbox",
            () => Task.FromResult(Mailbox.Received.Count >= letters)
        );

    public async ValueTask DisposeAsync()
    {
        if (!stopped)
            await Harness.Stop();
        await provider.DisposeAsync();
    }

    static TimeSpan[] Backoffs(int retries) =>
        [.. Enumerable.Range(1, retries).Select(n => TimeSpan.FromMilliseconds(Math.Min(5 * n, 100)))];

    /// <summary>The settings in which a bench differs from the default.</summary>
    public sealed class Settings
    {
        public ConcurrencyMode Concurrency { get; init; } = ConcurrencyMode.Optimistic;
        public bool Pooled { get; init; }
        public bool GroupCommit { get; init; } = true;

        /// <summary>Registers another context as <see cref="PostOffice"/>, with these options.</summary>
        public Action<IServiceCollection, Action<DbContextOptionsBuilder>>? AddContext { get; init; }
        public bool SagaOutbox { get; init; } = true;
        public int Retries { get; init; }
        public DateTimeOffset? Now { get; init; }
        public Action<IRetryConfigurator> Retry { get; init; } = _ => { };
        public Action<DbContextOptionsBuilder> Context { get; init; } = _ => { };
        public Action<IEntityFrameworkSagaRepositoryConfigurator<Parcel>> Repository { get; init; } = _ => { };
        public Action<IEntityFrameworkOutboxConfigurator> Outbox { get; init; } = _ => { };
        public Action<IEntityFrameworkBusOutboxConfigurator> BusOutbox { get; init; } = _ => { };
        public Action<IBusFactoryConfigurator> Transport { get; init; } = _ => { };
        public Action<IBusRegistrationConfigurator> Bus { get; init; } = _ => { };
    }
}
