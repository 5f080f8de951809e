using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Quartz;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Scheduling;

namespace RideBooking.IntegrationTests.MassTransitOnQuartz;

/// <summary>The scheduler on RabbitMQ and a database server, shared by several processes.</summary>
public sealed class When_processes_share_a_scheduler(Servers servers)
{
    static readonly JobKey s_timers = new("MassTransitScheduledMessage");

    [Theory]
    [MemberData(nameof(DatabaseProviders.Servers), MemberType = typeof(DatabaseProviders))]
    public async Task A_message_for_a_quorum_queue_arrives_with_its_envelope(string provider)
    {
        var received = new Received();
        using var node = await StartNode(await Prepare(provider), received);
        var conversation = NewId.NextGuid();

        var scheduled = await Scheduler(node)
            .ScheduleSend(
                new Uri("queue:timers"),
                DateTime.UtcNow.AddSeconds(1),
                new Timer { Number = 1 },
                Pipe.Execute<SendContext>(send =>
                {
                    send.ConversationId = conversation;
                    send.ResponseAddress = new Uri("queue:timers");
                    send.Headers.Set("text", "value");
                }),
                TestContext.Current.CancellationToken
            );

        await received.Count(1);
        var timer = received.All.First();
        timer.ConversationId.ShouldBe(conversation);
        timer.GetSchedulingTokenId().ShouldBe(scheduled.TokenId);
        timer.Headers.Get<string>("text").ShouldBe("value");
        await received.Count(2);
    }

    [Theory]
    [MemberData(nameof(DatabaseProviders.Servers), MemberType = typeof(DatabaseProviders))]
    public async Task The_nodes_of_a_cluster_deliver_each_timer_once_also_those_of_a_node_that_left(string provider)
    {
        const int Timers = 200;
        var stopped = TestContext.Current.CancellationToken;
        var where = await Prepare(provider);
        var received = new Received();
        using var stays = await StartNode(where, received);
        using (var leaves = await StartNode(where, received))
        {
            var scheduler = Scheduler(leaves);
            var tokens = new ConcurrentBag<Guid>();
            await Parallel.ForAsync(
                0,
                Timers,
                new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stopped },
                async (number, cancellationToken) =>
                {
                    var due = DateTime.UtcNow.AddSeconds(number % 4);
                    await scheduler.SchedulePublish(due, new Timer { Number = number }, cancellationToken);
                    var canceled = await scheduler.SchedulePublish(
                        due.AddMinutes(1),
                        new Timer { Number = Timers + number },
                        cancellationToken
                    );
                    tokens.Add(canceled.TokenId);
                }
            );
            foreach (var token in tokens)
                await scheduler.CancelScheduledPublish<Timer>(token, stopped);
            await received.Count(Timers / 4);
            await leaves.StopAsync(stopped);
        }

        await received.Count(Timers);
        received.All.Select(timer => timer.Message.Number).Order().ShouldBe(Enumerable.Range(0, Timers));

        var quartz = await stays.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(stopped);
        await WaitFor.TrueAsync(
            "no timer to be left, except where a cancel reached one node before its schedule reached the other",
            async () => (await quartz.QueryTriggers(new TriggerQuery { Job = s_timers }, stopped)).Items.Count == 0,
            WaitFor.Limit
        );
    }

    [Fact]
    public async Task Timers_scheduled_together_share_transactions()
    {
        const int Timers = 300;
        var where = await Prepare(DatabaseProviders.Postgres);
        using var node = await StartNode(where, new Received());
        var before = await Transactions();

        await Schedule(node, Timers, _ => DateTime.UtcNow.AddHours(1));

        await Stored(node, Timers);
        // They include the scheduler's own polls.
        (await Transactions() - before).ShouldBeLessThan(Timers);

        async Task<long> Transactions() =>
            await Ask(where.ConnectionString, "SELECT pg_current_xact_id()::text::bigint");
    }

    [Fact]
    public async Task A_timer_that_cannot_be_stored_fails_no_other()
    {
        const int Timers = 100;
        var never = new DateTime(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var where = await Prepare(DatabaseProviders.Postgres);
        using var node = await StartNode(where, new Received());
        await Ask(
            where.ConnectionString,
            $"""
            CREATE FUNCTION bug() RETURNS trigger AS 'BEGIN RAISE ''A bug.''; END' LANGUAGE plpgsql;
            CREATE TRIGGER bug BEFORE INSERT ON qrtz_triggers FOR EACH ROW
                WHEN (NEW.next_fire_time = {never.Ticks}) EXECUTE FUNCTION bug();
            SELECT 0::bigint
            """
        );

        await Schedule(node, Timers, number => number % 10 == 5 ? never : DateTime.UtcNow.AddHours(1));

        await Stored(node, Timers * 9 / 10);
    }

    static async Task Schedule(IHost node, int timers, Func<int, DateTime> due)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var scheduler = Scheduler(node);
        await Task.WhenAll(
            Enumerable
                .Range(0, timers)
                .Select(number =>
                    scheduler.SchedulePublish(due(number), new Timer { Number = number }, cancellationToken)
                )
        );
    }

    static async Task Stored(IHost node, int timers)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var quartz = await node.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(cancellationToken);
        await WaitFor.TrueAsync(
            $"{timers} timers to be stored",
            async () =>
                (await quartz.QueryTriggers(new TriggerQuery { Job = s_timers, Take = timers + 1 }, cancellationToken))
                    .Items
                    .Count == timers,
            WaitFor.Limit
        );
    }

    static async Task<long> Ask(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    static MessageScheduler Scheduler(IHost node)
    {
        var bus = node.Services.GetRequiredService<IBus>();
        return new MessageScheduler(new PublishScheduleMessageProvider(bus), bus.Topology);
    }

    async Task<(QuartzDatabase Database, string ConnectionString, Uri RabbitMq)> Prepare(string provider)
    {
        var database = provider == DatabaseProviders.SqlServer ? QuartzDatabase.SqlServer : QuartzDatabase.Postgres;
        var connectionString = await servers.CreateDatabaseAsync(provider);
        await using (var context = new SnakeCaseTimersContext(database, connectionString))
            await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        return (database, connectionString, await (await servers.RabbitMqAsync()).CreateVirtualHostAsync());
    }

    static async Task<IHost> StartNode(
        (QuartzDatabase Database, string ConnectionString, Uri RabbitMq) where,
        Received received
    )
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(received);
        builder.Services.AddQuartz(quartz =>
            quartz.UsePersistentScheduler(
                where.Database,
                where.ConnectionString,
                options =>
                {
                    options.Clustered = true;
                    options.CheckinInterval = TimeSpan.FromSeconds(1);
                }
            )
        );
        // Messages published before the endpoints have bound their queues are lost.
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddMassTransit(x =>
        {
            x.AddQuartzConsumers();
            x.AddPublishMessageScheduler();
            x.AddConsumer<TimerConsumer>().Endpoint(endpoint => endpoint.Name = "timers");
            x.UsingRabbitMq(
                (context, configurator) =>
                {
                    configurator.Host(where.RabbitMq);
                    configurator.UsePublishMessageScheduler();
                    configurator.ReceiveEndpoint(
                        "timers",
                        endpoint =>
                        {
                            endpoint.SetQuorumQueue();
                            endpoint.ConfigureConsumer<TimerConsumer>(context);
                        }
                    );
                    configurator.ConfigureEndpoints(context);
                }
            );
        });
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public sealed record Timer
    {
        public int Number { get; init; }
    }

    sealed class Received
    {
        readonly ConcurrentQueue<ConsumeContext<Timer>> _all = new();

        public IReadOnlyCollection<ConsumeContext<Timer>> All => _all;

        public void Add(ConsumeContext<Timer> timer) => _all.Enqueue(timer);

        public Task Count(int count) =>
            WaitFor.TrueAsync(
                $"{count} timers to arrive",
                () => Task.FromResult(_all.Count >= count),
                WaitFor.Limit,
                () => $"{_all.Count} have."
            );
    }

    sealed class TimerConsumer(Received received) : IConsumer<Timer>
    {
        public Task Consume(ConsumeContext<Timer> context)
        {
            received.Add(context);
            return context.ResponseAddress is null
                ? Task.CompletedTask
                : context.RespondAsync(new Timer { Number = context.Message.Number + 1 });
        }
    }
}
