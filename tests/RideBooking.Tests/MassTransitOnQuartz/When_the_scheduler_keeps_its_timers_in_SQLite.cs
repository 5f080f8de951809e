using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;
using RideBooking.TestKit.Scheduling;

namespace RideBooking.Tests.MassTransitOnQuartz;

public sealed class When_the_scheduler_keeps_its_timers_in_SQLite : IDisposable
{
    static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quartz-");
    readonly Complaints _complaints = new();

    public When_the_scheduler_keeps_its_timers_in_SQLite()
    {
        using var context = Context();
        context.Database.EnsureCreated();
    }

    string ConnectionString => $"Data Source={Path.Combine(_folder.FullName, "app.db")}";

    [Fact]
    public async Task They_survive_a_restart()
    {
        Guid token;
        await using (var before = await Start())
        {
            token = await before.Remind("Anna", TenMinutes, send => send.Headers.Set("number", 42));
            await before.Scheduled<ScheduleMessage>();
        }

        await using var after = await Start();
        await after.Advance(TenMinutes);

        var delivery = await after.Deliveries.Next();
        delivery.Message.Text.ShouldBe("Anna");
        delivery.GetSchedulingTokenId().ShouldBe(token);
        delivery.Headers.Get<int>("number").ShouldBe(42);
        await WaitFor.TrueAsync("no timer is left", async () => (await after.Triggers()).Count == 0);
    }

    [Fact]
    public async Task A_timer_due_while_no_process_ran_is_delivered_once_and_late()
    {
        await using (var before = await Start())
        {
            for (var i = 0; i < 30; i++)
                await before.Remind($"{i}", TenMinutes);
            await before.Scheduled<ScheduleMessage>(30);
        }

        await using var after = await Start();
        await after.Advance(TimeSpan.FromDays(1));

        for (var i = 0; i < 30; i++)
            await after.Deliveries.Next();
        await WaitFor.TrueAsync("no timer is left", async () => (await after.Triggers()).Count == 0);
        after.Deliveries.All.Select(delivery => delivery.Message.Text).ShouldBeUnique();
    }

    [Fact]
    public async Task Hundreds_due_while_no_process_ran_are_delivered_at_a_bounded_rate()
    {
        const int timers = 400; // more than two seconds' worth
        const int perSecond = 150;
        const int atOnce = 3;
        var cancellationToken = TestContext.Current.CancellationToken;
        await using (var before = await Start())
        {
            var scheduler = await before.Quartz();
            await before.Remind("0", TenMinutes, send => send.Headers.Set("receiver", "far away"));
            await before.Scheduled<ScheduleMessage>();
            var first = (await scheduler.GetTrigger((await before.Triggers()).Single(), cancellationToken))!;
            // Stored as if each had been scheduled by its own message; that would take longer than delivering them.
            for (var i = 1; i < timers; i++)
                await scheduler.ScheduleJob(
                    first.GetTriggerBuilder().WithIdentity($"{i}", first.Key.Group).Build(),
                    cancellationToken: cancellationToken
                );
        }

        await using var after = await Start(limits =>
            (limits.MaxConcurrency, limits.MaxPerSecond) = (atOnce, perSecond)
        );
        await after.Advance(TimeSpan.FromDays(1));
        await WaitFor.TrueAsync("no timer is left", async () => (await after.Triggers()).Count == 0);

        var begun = after.Broker.Begun.Order().ToList();
        begun.Count.ShouldBe(timers);
        after.Broker.MaxConcurrent.ShouldBeInRange(1, atOnce);
        // Checks every one-second window; sends that were due before it may begin in it.
        for (var i = perSecond + atOnce; i < timers; i++)
            Stopwatch
                .GetElapsedTime(begun[i - perSecond - atOnce], begun[i])
                .ShouldBeGreaterThan(TimeSpan.FromSeconds(0.99), $"{i}");
    }

    [Fact]
    public async Task A_failed_delivery_is_retried_by_the_next_process()
    {
        await using (var before = await Start())
        {
            before.Broker.Reachable = false;
            await before.Remind("Anna", TenMinutes, send => send.Headers.Set("receiver", "far away"));
            await before.Scheduled<ScheduleMessage>();
            await before.Advance(TenMinutes);
            await WaitFor.TrueAsync("a first attempt is made", () => Task.FromResult(before.Broker.Refusals > 0));
        }

        await using var after = await Start();
        await after.Advance(2 * TenMinutes);

        (await after.Deliveries.Next()).Message.Text.ShouldBe("Anna");
        await WaitFor.TrueAsync("no timer is left", async () => (await after.Triggers()).Count == 0);
    }

    [Fact]
    public async Task A_message_of_a_process_that_dies_during_delivery_is_delivered_by_the_next()
    {
        var messageId = NewId.NextGuid();
        await using var dead = await Start();
        dead.Broker.Hangs = true;
        await dead.Remind(
            "Anna",
            TenMinutes,
            send =>
            {
                send.MessageId = messageId;
                send.Headers.Set("receiver", "far away");
            }
        );
        await dead.Scheduled<ScheduleMessage>();
        await dead.Advance(TenMinutes);
        await WaitFor.TrueAsync("the delivery has begun", () => Task.FromResult(dead.Broker.Hanging == 1));

        await using var next = await Start();
        await next.Advance(TenMinutes);

        var delivery = await next.Deliveries.Next();
        delivery.MessageId.ShouldBe(messageId, "so that the inbox drops it if it was already sent");
        delivery.GetSchedulingTokenId().ShouldNotBeNull();
        dead.Broker.Hangs = false;
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_being_delivered()
    {
        await using (var lab = await Start())
        {
            lab.Broker.Hangs = true;
            await lab.Remind("Anna", TenMinutes, send => send.Headers.Set("receiver", "far away"));
            await lab.Scheduled<ScheduleMessage>();
            await lab.Advance(TenMinutes);
            await WaitFor.TrueAsync("the delivery has begun", () => Task.FromResult(lab.Broker.Hanging == 1));

            var stopping = lab.Services.GetRequiredService<IBusDepot>().Stop(CancellationToken.None);
            await WaitFor.TrueAsync(
                "the scheduler fires no more timers",
                async () => (await lab.Quartz()).Status is SchedulerStatus.Standby
            );
            // A stop that does not wait ends in milliseconds; there is no event for one that keeps waiting.
            await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None));
            stopping.IsCompleted.ShouldBeFalse();

            lab.Broker.Hangs = false;
            await stopping;
            lab.Broker.Carried.ShouldBe(1);
        }

        await using var after = await Start();
        (await after.Triggers()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Scheduling_and_delivery_continue_while_the_application_writes_to_the_same_file()
    {
        const int Messages = 300;
        using var enough = new CancellationTokenSource();
        await using var lab = await Start();

        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Write(enough.Token))).ToArray();
        await Parallel.ForAsync(
            0,
            Messages,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await lab.Remind($"{i}", TimeSpan.Zero)
        );
        for (var i = 0; i < Messages; i++)
            await lab.Deliveries.Next();
        await enough.CancelAsync();
        var writes = (await Task.WhenAll(writers)).Sum();

        await WaitFor.TrueAsync("no timer is left", async () => (await lab.Triggers()).Count == 0);
        lab.Deliveries.All.Select(delivery => delivery.Message.Text).ShouldBeUnique();
        writes.ShouldBeGreaterThan(0);
        _complaints.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_cluster_is_refused()
    {
        var services = new ServiceCollection();

        Should.Throw<NotSupportedException>(() =>
            services.AddQuartz(quartz =>
                quartz.UsePersistentScheduler(
                    QuartzDatabase.Sqlite,
                    ConnectionString,
                    options => options.Clustered = true
                )
            )
        );
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        _complaints.Dispose();
    }

    Task<SchedulingLab> Start(Action<PersistentSchedulerOptions>? limits = null) =>
        SchedulingLab.Start(
            quartz: quartz => quartz.UsePersistentScheduler(QuartzDatabase.Sqlite, ConnectionString, limits),
            services: services => services.AddLogging(logging => logging.AddProvider(_complaints))
        );

    SnakeCaseTimersContext Context() => new(QuartzDatabase.Sqlite, ConnectionString);

    /// <summary>The application's own transactions, one after the other.</summary>
    async Task<int> Write(CancellationToken enough)
    {
        var writes = 0;
        while (!enough.IsCancellationRequested)
        {
            await using var context = Context();
            context.Pings.Add(new Ping { Id = Guid.CreateVersion7(), Payload = new string('x', 1000) });
            await context.SaveChangesAsync(CancellationToken.None);
            writes++;
        }
        return writes;
    }

    /// <summary>Every warning and error that Quartz logs.</summary>
    sealed class Complaints : ILoggerProvider, ILogger
    {
        readonly ConcurrentQueue<string> _all = new();

        public IReadOnlyCollection<string> All => _all;

        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Quartz", StringComparison.Ordinal)
                ? this
                : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                _all.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose() { }
    }
}
