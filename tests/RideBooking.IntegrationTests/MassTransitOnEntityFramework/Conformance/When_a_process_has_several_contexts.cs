using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Two contexts in one database, with separate or shared tables, on one bus or on two.</summary>
public sealed class When_a_process_has_several_contexts
{
    public static TheoryData<string, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, bool>();
            foreach (var database in ConformanceServers.Databases)
            foreach (var shareTables in new[] { false, true })
            foreach (var shareBus in new[] { false, true })
                cases.Add(database.Data, shareTables, shareBus);
            return cases;
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Cases))]
    public async Task Each_consumer_commits_with_its_own_context_and_sends(
        string database,
        bool shareTables,
        bool shareBus
    )
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoContexts.StartAsync(servers, shareTables, shareBus);

        await process.Town.Publish(new FileLetter(TwoBuses.Letter(1)), Stop);
        await process.Harbor.Publish(new MoorShip(2), Stop);

        await WaitFor.TrueAsync("both have arrived", () => Task.FromResult(process.Received.Count == 2));
        process.Received.Order().ShouldBe(["harbor 2", "town 1"]);
        await WaitFor.TrueAsync("the outboxes are empty", async () => await process.Waiting() == 0);
        (await process.In<PostOffice, int>(office => office.Inbox.CountAsync(Stop))).ShouldBe(shareTables ? 2 : 1);
        (await process.In<HarborOffice, int>(office => office.Set<InboxState>().CountAsync(Stop))).ShouldBe(
            shareTables ? 2 : 1
        );
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Messages_of_a_dead_process_in_either_are_sent(string database, bool shareTables, bool shareBus)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var dead = await TwoContexts.BuildAsync(servers, shareTables, shareBus);
        if (!shareBus)
            await dead.In<PostOffice, int>(async office =>
            {
                await dead.Publisher(office).Publish(new LetterFiled(NewId.NextGuid(), 1), Stop);
                return await office.SaveChangesAsync(Stop);
            });
        await dead.In<HarborOffice, int>(async office =>
        {
            await dead.Publisher(office).Publish(new ShipMoored(2), Stop);
            return await office.SaveChangesAsync(Stop);
        });
        (await dead.Waiting()).ShouldBeGreaterThan(0);

        await using var next = await TwoContexts.StartAsync(
            servers,
            shareTables,
            shareBus,
            dead.Clock.GetUtcNow().AddMinutes(1)
        );

        string[] expected = shareBus ? ["harbor 2"] : ["harbor 2", "town 1"];
        await WaitFor.TrueAsync("the outboxes are empty", async () => await next.Waiting() == 0);
        await WaitFor.TrueAsync("all have arrived", () => Task.FromResult(next.Received.Count >= expected.Length));
        next.Received.Order().ShouldBe(expected);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Both_inboxes_are_cleaned_up(string database, bool shareTables, bool shareBus)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoContexts.StartAsync(servers, shareTables, shareBus);
        var old = process.Clock.GetUtcNow().UtcDateTime.AddDays(-8);
        await process.In<PostOffice, int>(office => AddOldEntry(office));
        await process.In<HarborOffice, int>(office => AddOldEntry(office));

        await WaitFor.TrueAsync(
            "both inboxes are empty",
            async () =>
            {
                process.Clock.Advance(TimeSpan.FromSeconds(11));
                return await process.In<PostOffice, int>(office => office.Inbox.CountAsync(Stop)) == 0
                    && await process.In<HarborOffice, int>(office => office.Set<InboxState>().CountAsync(Stop)) == 0;
            }
        );

        Task<int> AddOldEntry(DbContext office)
        {
            office.Add(new InboxState { MessageId = Guid.CreateVersion7(), Received = old });
            return office.SaveChangesAsync(Stop);
        }
    }
}

public record MoorShip(int Number);

public record ShipMoored(int Number);

/// <summary>A second context in the database of the <see cref="PostOffice"/>, with separate or shared tables.</summary>
public abstract class HarborOffice(DbContextOptions options, string prefix) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.Entity<InboxState>().ToTable(prefix + "Inbox");
        modelBuilder.Entity<OutboxMessage>().ToTable(prefix + "Outbox");
        modelBuilder.Entity<OutboxState>().ToTable(prefix + "Leases");
    }
}

public sealed class OwnHarborOffice(DbContextOptions<OwnHarborOffice> options) : HarborOffice(options, "Harbor");

public sealed class SharedHarborOffice(DbContextOptions<SharedHarborOffice> options) : HarborOffice(options, "");

sealed class TwoContexts : IAsyncDisposable
{
    readonly ServiceProvider _provider;
    readonly bool _shareBus;

    TwoContexts(ServiceProvider provider, bool shareBus)
    {
        (_provider, _shareBus) = (provider, shareBus);
    }

    public IBus Town => _provider.GetRequiredService<IBus>();
    public IBus Harbor => _shareBus ? Town : _provider.GetRequiredService<IHarborBus>();
    public FakeTimeProvider Clock => _provider.GetRequiredService<FakeTimeProvider>();
    public IReadOnlyCollection<string> Received => [.. _provider.GetRequiredService<Arrivals>().All];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<TwoContexts> StartAsync(
        ConformanceServers servers,
        bool shareTables,
        bool shareBus,
        DateTimeOffset? now = null
    )
    {
        var process = await BuildAsync(servers, shareTables, shareBus, now);
        foreach (var service in process._provider.GetServices<IHostedService>())
            await service.StartAsync(Stop);
        return process;
    }

    public static async Task<TwoContexts> BuildAsync(
        ConformanceServers servers,
        bool shareTables,
        bool shareBus,
        DateTimeOffset? now = null
    )
    {
        var services = new ServiceCollection().AddLogging();
        var clock = new FakeTimeProvider(now ?? DateTimeOffset.UtcNow);
        services.AddSingleton(clock).AddSingleton<TimeProvider>(clock);
        services.AddSingleton<Clerk>().AddSingleton<Arrivals>();
        services.AddDbContext<TownPostOffice>(servers.UseDatabase);
        services.AddScoped<PostOffice>(scope => scope.GetRequiredService<TownPostOffice>());
        if (shareTables)
            services.AddDbContext<HarborOffice, SharedHarborOffice>(servers.UseDatabase);
        else
            services.AddDbContext<HarborOffice, OwnHarborOffice>(servers.UseDatabase);

        services.AddMassTransit(bus =>
        {
            bus.AddEntityFrameworkOutbox<PostOffice>(outbox => outbox.UseBusOutbox());
            bus.AddConsumer<FileLetterConsumer>();
            bus.AddConsumer<Arrivals.OfLetters>();
            if (shareBus)
                AddHarbor(bus);
            bus.UsingInMemory((context, configurator) => Endpoints(context, configurator, true, shareBus));
        });
        if (!shareBus)
            services.AddMassTransit<IHarborBus>(bus =>
            {
                AddHarbor(bus);
                bus.UsingInMemory((context, configurator) => Endpoints(context, configurator, false, true));
            });

        var provider = services.BuildServiceProvider(validateScopes: true);
        var process = new TwoContexts(provider, shareBus);
        if (await process.In<PostOffice, bool>(office => office.Database.EnsureCreatedAsync(Stop)) && !shareTables)
            await process.In<HarborOffice, bool>(async office =>
            {
                await office.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(Stop);
                return true;
            });
        return process;

        static void AddHarbor(IBusRegistrationConfigurator bus)
        {
            bus.AddEntityFrameworkOutbox<HarborOffice>(outbox => outbox.UseBusOutbox());
            bus.AddConsumer<MoorShipConsumer>();
            bus.AddConsumer<Arrivals.OfShips>();
        }

        static void Endpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus, bool ofTown, bool ofHarbor)
        {
            if (ofTown)
            {
                bus.ReceiveEndpoint(
                    "letters",
                    endpoint =>
                    {
                        endpoint.UseEntityFrameworkOutbox<PostOffice>(context);
                        endpoint.ConfigureConsumer<FileLetterConsumer>(context);
                    }
                );
                bus.ReceiveEndpoint("mailbox", endpoint => endpoint.ConfigureConsumer<Arrivals.OfLetters>(context));
            }

            if (ofHarbor)
            {
                bus.ReceiveEndpoint(
                    "ships",
                    endpoint =>
                    {
                        endpoint.UseEntityFrameworkOutbox<HarborOffice>(context);
                        endpoint.ConfigureConsumer<MoorShipConsumer>(context);
                    }
                );
                bus.ReceiveEndpoint("quay", endpoint => endpoint.ConfigureConsumer<Arrivals.OfShips>(context));
            }
        }
    }

    /// <summary>The bus outbox of the context's scope.</summary>
    public IPublishEndpoint Publisher(DbContext office)
    {
        var scope = _scopes[office];
        return office is HarborOffice && !_shareBus
            ? scope.GetRequiredService<Bind<IHarborBus, IPublishEndpoint>>().Value
            : scope.GetRequiredService<IPublishEndpoint>();
    }

    readonly Dictionary<DbContext, IServiceProvider> _scopes = [];

    public async Task<T> In<TContext, T>(Func<TContext, Task<T>> use)
        where TContext : DbContext
    {
        await using var scope = _provider.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<TContext>();
        _scopes[context] = scope.ServiceProvider;
        return await use(context);
    }

    public async Task<int> Waiting() =>
        await In<PostOffice, int>(office => office.Outbox.CountAsync(Stop))
        + await In<HarborOffice, int>(office => office.Set<OutboxMessage>().CountAsync(Stop));

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _provider.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
        await _provider.DisposeAsync();
    }

    sealed class MoorShipConsumer : IConsumer<MoorShip>
    {
        public Task Consume(ConsumeContext<MoorShip> context) =>
            context.Publish(new ShipMoored(context.Message.Number), Stop);
    }

    sealed class Arrivals
    {
        readonly List<string> _all = [];

        public IEnumerable<string> All
        {
            get
            {
                lock (_all)
                    return [.. _all];
            }
        }

        void Add(string arrival)
        {
            lock (_all)
                _all.Add(arrival);
        }

        public sealed class OfLetters(Arrivals arrivals) : IConsumer<LetterFiled>
        {
            public Task Consume(ConsumeContext<LetterFiled> context)
            {
                arrivals.Add("town 1");
                return Task.CompletedTask;
            }
        }

        public sealed class OfShips(Arrivals arrivals) : IConsumer<ShipMoored>
        {
            public Task Consume(ConsumeContext<ShipMoored> context)
            {
                arrivals.Add($"harbor {context.Message.Number}");
                return Task.CompletedTask;
            }
        }
    }
}
