using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// Two buses, each with its own in-memory broker: messages published through one never reach the other. Both have endpoints
/// of the same names, so that addresses do not distinguish them.
/// </summary>
public sealed class When_a_process_has_several_buses
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_sends_through_the_bus_that_it_is_on(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoBuses.StartAsync(servers);

        await process.Town.Publish(new FileLetter(TwoBuses.Letter(1)), Stop);
        await process.Harbor.Publish(new FileLetter(TwoBuses.Letter(2)), Stop);

        await process.Received(town: [1], harbor: [2]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Only_the_second_bus_may_have_an_outbox(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoBuses.StartAsync(servers, new() { TownHasOutbox = false });

        await process.Harbor.Publish(new FileLetter(TwoBuses.Letter(1)), Stop);
        await process.Request(
            async (_, harbor, office) =>
            {
                await harbor.Publish(new LetterFiled(TwoBuses.Letter(2)), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        await process.Received(town: [], harbor: [1, 2]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_request_publishes_through_the_bus_that_it_names(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoBuses.StartAsync(servers);

        await process.Request(
            async (town, harbor, office) =>
            {
                await town.Publish(new LetterFiled(TwoBuses.Letter(1)), Stop);
                await harbor.Publish(new LetterFiled(TwoBuses.Letter(2)), Stop);
                await town.Publish(new LetterFiled(TwoBuses.Letter(3)), Stop);
                (await process.Outbox()).ShouldBeEmpty();
                await office.SaveChangesAsync(Stop);
            }
        );

        await process.Received(town: [1, 3], harbor: [2]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_of_a_dead_process_are_sent_by_the_bus_they_belong_to(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var dead = await TwoBuses.BuildAsync(servers);
        await dead.Request(
            async (town, harbor, office) =>
            {
                for (var letter = 1; letter <= 20; letter++)
                    await (letter % 2 == 1 ? town : harbor).Publish(new LetterFiled(TwoBuses.Letter(letter)), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );
        var later = dead.Clock.GetUtcNow().AddMinutes(1);

        // A process with only one of the buses sends that bus's messages and no others.
        await using (var onlyTown = await TwoBuses.StartAsync(servers, new() { Now = later, HarborHasOutbox = false }))
        {
            await onlyTown.Received(town: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19], harbor: [], left: 10);
            onlyTown.Clock.Advance(TimeSpan.FromSeconds(11));
            (await onlyTown.Outbox()).Count.ShouldBe(10);
        }

        await using var next = await TwoBuses.StartAsync(servers, new() { Now = later });
        await next.Received(town: [], harbor: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task In_order_by_routing_key_a_bus_does_not_wait_for_another(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var ordered = new TwoBuses.Settings { Outbox = outbox => outbox.KeepOrderByRoutingKey() };
        await using var dead = await TwoBuses.BuildAsync(servers, ordered);
        await dead.Request(
            async (town, harbor, office) =>
            {
                await town.Publish(new LetterFiled(TwoBuses.Letter(1)), c => c.SetRoutingKey("street"), Stop);
                await office.SaveChangesAsync(Stop);
                await harbor.Publish(new LetterFiled(TwoBuses.Letter(2)), c => c.SetRoutingKey("street"), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        await using var onlyHarbor = await TwoBuses.StartAsync(
            servers,
            new()
            {
                Now = dead.Clock.GetUtcNow().AddMinutes(1),
                TownHasOutbox = false,
                Outbox = ordered.Outbox,
            }
        );

        await onlyHarbor.Received(town: [], harbor: [2], left: 1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_that_publishes_through_another_bus_commits_it_with_its_work(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoBuses.StartAsync(servers);
        var fails = true;
        process.Clerk.Files = async (context, office) =>
        {
            var harbor = context
                .GetPayload<IServiceProvider>()
                .GetRequiredService<Bind<IHarborBus, IPublishEndpoint>>();
            await harbor.Value.Publish(new LetterFiled(context.Message.LetterId), Stop);
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            if (fails)
                throw new InvalidOperationException("The letter is torn.");
        };
        await process.Town.Publish(new FileLetter(TwoBuses.Letter(1)), Stop);
        await WaitFor.TrueAsync("it has failed", () => Task.FromResult(process.Faults == 1));
        fails = false;
        var conversation = NewId.NextGuid();

        await process.Town.Publish(
            new FileLetter(TwoBuses.Letter(2)),
            context => context.ConversationId = conversation,
            Stop
        );

        await process.Received(town: [], harbor: [2]);
        process.HarborMailbox.Received.ShouldHaveSingleItem().ConversationId.ShouldBe(conversation);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_same_message_on_both_buses_is_handled_on_both(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var process = await TwoBuses.StartAsync(servers);
        process.Clerk.Files = (context, _) => context.Publish(new LetterFiled(context.Message.LetterId), Stop);
        var id = NewId.NextGuid();

        foreach (var bus in new IBus[] { process.Town, process.Harbor, process.Town, process.Harbor })
            await bus.Publish(new FileLetter(TwoBuses.Letter(1)), context => context.MessageId = id, Stop);

        await WaitFor.TrueAsync("all are handled", () => Task.FromResult(process.Done == 4));
        await process.Received(town: [1], harbor: [1]);
        process.Clerk.Calls.ShouldBe(2);
    }

    /// <summary>As with the official package, it is enough to add the outbox to one of the buses.</summary>
    [Theory, MemberData(nameof(Databases))]
    public async Task An_endpoint_uses_the_outbox_that_another_bus_was_given(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using (var dying = await TwoBuses.BuildAsync(servers))
            await dying.Request(
                async (_, harbor, office) =>
                {
                    await harbor.Publish(new LetterFiled(TwoBuses.Letter(3)), Stop);
                    await office.SaveChangesAsync(Stop);
                }
            );
        await using var process = await TwoBuses.StartAsync(
            servers,
            new()
            {
                HarborHasOutbox = false,
                HarborUsesOutbox = true,
                Now = DateTimeOffset.UtcNow.AddMinutes(1),
            }
        );
        var id = NewId.NextGuid();

        await process.Town.Publish(new FileLetter(TwoBuses.Letter(1)), Stop);
        await process.Harbor.Publish(new FileLetter(TwoBuses.Letter(2)), context => context.MessageId = id, Stop);
        await process.Harbor.Publish(new FileLetter(TwoBuses.Letter(2)), context => context.MessageId = id, Stop);

        await WaitFor.TrueAsync("all are handled", () => Task.FromResult(process.Done == 3));
        await process.Received(town: [1], harbor: [2, 3]);
        process.Clerk.Calls.ShouldBe(2);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task An_endpoint_with_an_outbox_that_no_bus_was_given_keeps_the_process_from_starting(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);

        var failure = await Should.ThrowAsync<Exception>(() =>
            TwoBuses.StartAsync(
                servers,
                new()
                {
                    TownHasOutbox = false,
                    HarborHasOutbox = false,
                    HarborUsesOutbox = true,
                }
            )
        );

        failure.ToString().ShouldContain("call AddEntityFrameworkOutbox<PostOffice> in AddMassTransit");
    }
}

/// <summary>A second bus.</summary>
public interface IHarborBus : IBus;

/// <summary>A process with two buses on one database.</summary>
sealed class TwoBuses : IAsyncDisposable
{
    readonly ServiceProvider _provider;
    readonly FaultCount _faults;

    TwoBuses(ServiceProvider provider)
    {
        _provider = provider;
        _faults = provider.GetRequiredService<FaultCount>();
    }

    public IBus Town => _provider.GetRequiredService<IBus>();
    public IBus Harbor => _provider.GetRequiredService<IHarborBus>();
    public Clerk Clerk => _provider.GetRequiredService<Clerk>();
    public FakeTimeProvider Clock => _provider.GetRequiredService<FakeTimeProvider>();
    public Mailbox TownMailbox => _provider.GetRequiredKeyedService<Mailbox>("town");
    public Mailbox HarborMailbox => _provider.GetRequiredKeyedService<Mailbox>("harbor");
    public int Faults => _faults.Faults;
    public int Done => _faults.Done;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Guid Letter(int number) => new(number, 0, 0, new byte[8]);

    public static async Task<TwoBuses> StartAsync(ConformanceServers servers, Settings? settings = null)
    {
        var process = await BuildAsync(servers, settings);
        foreach (var service in process._provider.GetServices<IHostedService>())
            await service.StartAsync(Stop);
        return process;
    }

    public static async Task<TwoBuses> BuildAsync(ConformanceServers servers, Settings? settings = null)
    {
        settings ??= new Settings();
        var services = new ServiceCollection().AddLogging();
        var clock = new FakeTimeProvider(settings.Now ?? DateTimeOffset.UtcNow);
        services.AddSingleton(clock).AddSingleton<TimeProvider>(clock);
        services.AddSingleton<Clerk>().AddSingleton<FaultCount>();
        services.AddKeyedSingleton<Mailbox>("town").AddKeyedSingleton<Mailbox>("harbor");
        services.AddDbContext<TownPostOffice>(servers.UseDatabase);
        services.AddScoped<PostOffice>(scope => scope.GetRequiredService<TownPostOffice>());

        services.AddMassTransit(bus =>
        {
            bus.AddConsumer<FileLetterConsumer>();
            bus.AddConsumer<TownMailboxConsumer>();
            if (settings.TownHasOutbox)
                bus.AddEntityFrameworkOutbox<PostOffice>(Outbox);
            bus.UsingInMemory(
                (context, configurator) => Endpoints<TownMailboxConsumer>(context, configurator, settings.TownHasOutbox)
            );
        });
        services.AddMassTransit<IHarborBus>(bus =>
        {
            bus.AddConsumer<FileLetterConsumer>();
            bus.AddConsumer<HarborMailboxConsumer>();
            if (settings.HarborHasOutbox)
                bus.AddEntityFrameworkOutbox<PostOffice>(Outbox);
            bus.UsingInMemory(
                (context, configurator) =>
                    Endpoints<HarborMailboxConsumer>(
                        context,
                        configurator,
                        settings.HarborUsesOutbox ?? settings.HarborHasOutbox
                    )
            );
        });

        var provider = services.BuildServiceProvider(validateScopes: true);
        await using var scope = provider.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PostOffice>().Database.EnsureCreatedAsync(Stop);
        return new TwoBuses(provider);

        void Outbox(IEntityFrameworkOutboxConfigurator outbox)
        {
            outbox.UseBusOutbox();
            if (servers.CommitsInGroups)
            {
                outbox.IsolationLevel = System.Data.IsolationLevel.ReadCommitted;
                outbox.UseGroupCommit();
            }
            settings.Outbox(outbox);
        }

        void Endpoints<TMailbox>(
            IBusRegistrationContext context,
            IInMemoryBusFactoryConfigurator configurator,
            bool usesOutbox
        )
            where TMailbox : class, IConsumer
        {
            configurator.ConnectReceiveObserver(context.GetRequiredService<FaultCount>());
            configurator.ReceiveEndpoint(
                "letters",
                endpoint =>
                {
                    if (usesOutbox)
                        endpoint.UseEntityFrameworkOutbox<PostOffice>(context);
                    endpoint.ConfigureConsumer<FileLetterConsumer>(context);
                }
            );
            configurator.ReceiveEndpoint(
                "mailbox",
                endpoint =>
                {
                    endpoint.ConcurrentMessageLimit = 1;
                    endpoint.ConfigureConsumer<TMailbox>(context);
                }
            );
        }
    }

    public async Task Request(Func<IPublishEndpoint, IPublishEndpoint, PostOffice, Task> handle)
    {
        await using var scope = _provider.CreateAsyncScope();
        await handle(
            scope.ServiceProvider.GetRequiredService<IPublishEndpoint>(),
            scope.ServiceProvider.GetRequiredService<Bind<IHarborBus, IPublishEndpoint>>().Value,
            scope.ServiceProvider.GetRequiredService<PostOffice>()
        );
    }

    public async Task<List<OutboxMessage>> Outbox()
    {
        await using var scope = _provider.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PostOffice>().Outbox.AsNoTracking().ToListAsync(Stop);
    }

    /// <summary>Waits until the given number of rows is left, and compares the letters received on each bus.</summary>
    public async Task Received(int[] town, int[] harbor, int left = 0)
    {
        await WaitFor.TrueAsync(
            "all letters are received",
            () =>
                Task.FromResult(
                    TownMailbox.Received.Count + HarborMailbox.Received.Count >= town.Length + harbor.Length
                )
        );
        await WaitFor.TrueAsync($"{left} rows are left", async () => (await Outbox()).Count == left);
        Numbers(TownMailbox).ShouldBe(town, ignoreOrder: true, "in the town");
        Numbers(HarborMailbox).ShouldBe(harbor, ignoreOrder: true, "in the harbor");

        static IEnumerable<int> Numbers(Mailbox mailbox) =>
            mailbox.Received.Select(letter => BitConverter.ToInt32(letter.Message.LetterId.ToByteArray()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _provider.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
        await _provider.DisposeAsync();
    }

    public sealed class Settings
    {
        public bool TownHasOutbox { get; init; } = true;
        public bool HarborHasOutbox { get; init; } = true;
        public bool? HarborUsesOutbox { get; init; }
        public DateTimeOffset? Now { get; init; }
        public Action<IEntityFrameworkOutboxConfigurator> Outbox { get; init; } = _ => { };
    }

    sealed class TownMailboxConsumer([FromKeyedServices("town")] Mailbox mailbox) : IConsumer<LetterFiled>
    {
        public Task Consume(ConsumeContext<LetterFiled> context)
        {
            mailbox.Add(context);
            return Task.CompletedTask;
        }
    }

    sealed class HarborMailboxConsumer([FromKeyedServices("harbor")] Mailbox mailbox) : IConsumer<LetterFiled>
    {
        public Task Consume(ConsumeContext<LetterFiled> context)
        {
            mailbox.Add(context);
            return Task.CompletedTask;
        }
    }

    sealed class FaultCount : IReceiveObserver
    {
        int _done;
        int _faults;

        public int Done => _done;
        public int Faults => _faults;

        public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostReceive(ReceiveContext context)
        {
            if (context.InputAddress.AbsolutePath.EndsWith("letters", StringComparison.Ordinal))
                Interlocked.Increment(ref _done);
            return Task.CompletedTask;
        }

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(
            ConsumeContext<T> context,
            TimeSpan duration,
            string consumerType,
            Exception exception
        )
            where T : class
        {
            Interlocked.Increment(ref _faults);
            return Task.CompletedTask;
        }

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }
}
