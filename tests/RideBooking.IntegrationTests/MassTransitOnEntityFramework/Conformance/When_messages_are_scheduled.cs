using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>The outbox keeps what consumers, sagas and requests schedule. No scheduler receives a message.</summary>
public sealed class When_messages_are_scheduled
{
    static readonly TimeSpan s_delay = TimeSpan.FromMinutes(10);

    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task It_is_sent_once_when_it_is_due(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers);
        bench.Clerk.Files = async (context, _) =>
            await Schedule(bench, context, new LetterFiled(context.Message.LetterId));
        var letter = Guid.CreateVersion7();

        await bench.Publish(new FileLetter(letter));
        await bench.IsDone("letters", 1);
        var scheduled = await bench.TheOnly<ScheduledOutboxMessage>();
        (await bench.Count<OutboxMessage>()).ShouldBe(0, "it is not due");
        bench.Clock.Advance(s_delay);

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        var sent = bench.Mailbox.Received.ShouldHaveSingleItem();
        sent.Message.LetterId.ShouldBe(letter);
        sent.GetSchedulingTokenId().ShouldBe(scheduled.Token);
        sent.Headers.Get<DateTimeOffset>(MessageHeaders.Quartz.Scheduled)!
            .Value.UtcDateTime.ShouldBe(scheduled.DueTime, TimeSpan.FromMilliseconds(1));
        sent.SentTime!.Value.ToUniversalTime().ShouldBe(bench.Clock.GetUtcNow().UtcDateTime, TimeSpan.FromSeconds(1));
        (await bench.Count<ScheduledOutboxMessage>()).ShouldBe(0);
        bench.Harness.Published.Select<ScheduleMessage>(new CancellationToken(true)).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task An_attempt_that_fails_schedules_and_cancels_nothing(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers, new() { Retries = 1 });
        var token = Guid.Empty;
        bench.Clerk.Files = async (context, _) =>
            token = await Schedule(bench, context, new LetterFiled(context.Message.LetterId));
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.IsDone("letters", 1);
        bench.Clerk.Files = async (context, _) =>
        {
            await Schedule(bench, context, new LetterFiled(context.Message.LetterId));
            await Cancel(context, token);
            if (context.GetRetryAttempt() == 0)
                throw new InvalidOperationException("Out of stamps");
        };

        var second = Guid.CreateVersion7();
        await bench.Publish(new FileLetter(second));
        await bench.IsDone("letters", 2);

        (await bench.TheOnly<ScheduledOutboxMessage>()).Token.ShouldNotBe(token);
        bench.Clock.Advance(s_delay);
        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.LetterId.ShouldBe(second);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_is_cancelled_is_not_sent(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers);
        var (kept, cancelled) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        bench.Clerk.Files = async (context, _) =>
        {
            // In the same message, and in a later one.
            await Cancel(context, await Schedule(bench, context, new LetterFiled(cancelled)));
            await Schedule(bench, context, new LetterFiled(kept));
            var token = await Schedule(bench, context, new LetterFiled(cancelled));
            await context.Send(new Uri("queue:letters"), new FileLetter(token));
            bench.Clerk.Files = async (context, _) => await Cancel(context, context.Message.LetterId);
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.IsDone("letters", 2);
        (await bench.Count<ScheduledOutboxMessage>()).ShouldBe(1);
        bench.Clock.Advance(s_delay);

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.LetterId.ShouldBe(kept);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_cancellation_that_comes_too_late_is_no_error(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers);
        var token = Guid.Empty;
        bench.Clerk.Files = async (context, _) =>
            token = await Schedule(bench, context, new LetterFiled(context.Message.LetterId));
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.IsDone("letters", 1);
        bench.Clock.Advance(s_delay);
        await bench.MailboxHas(1);

        bench.Clerk.Files = async (context, _) => await Cancel(context, token);
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.IsDone("letters", 2);
        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish<CancelScheduledMessage>(new Cancellation(token), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        bench.Faults<FileLetter>().ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_request_schedules_and_cancels_with_its_own_save(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers);
        var (kept, cancelled) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var token = await bench.Request(
            async (scheduler, office) =>
            {
                var first = await scheduler.SchedulePublish(Due(bench), new LetterFiled(kept), Stop);
                var second = await scheduler.SchedulePublish(Due(bench), new LetterFiled(cancelled), Stop);
                var third = await scheduler.SchedulePublish(Due(bench), new LetterFiled(cancelled), Stop);
                await scheduler.CancelScheduledPublish<LetterFiled>(third.TokenId, Stop);
                (await bench.Count<ScheduledOutboxMessage>()).ShouldBe(0, "nothing is saved");
                await office.SaveChangesAsync(Stop);
                return second.TokenId;
            }
        );
        await bench.Request(
            async (scheduler, office) =>
            {
                await scheduler.SchedulePublish(Due(bench), new LetterFiled(cancelled), Stop);
                return Guid.Empty;
            }
        );
        (await bench.Count<ScheduledOutboxMessage>()).ShouldBe(2);
        await bench.Request(
            async (scheduler, office) =>
            {
                await scheduler.CancelScheduledPublish<LetterFiled>(token, Stop);
                await office.SaveChangesAsync(Stop);
                return token;
            }
        );
        bench.Clock.Advance(s_delay);

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.LetterId.ShouldBe(kept);
        (await bench.Count<ScheduledOutboxMessage>()).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_token_that_is_scheduled_again_moves(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers);
        var token = Guid.CreateVersion7();
        foreach (var number in new[] { 1, 2 })
        {
            bench.Clerk.Files = (context, _) =>
                context.Publish<ScheduleMessage>(
                    new Scheduling(
                        token,
                        Due(bench) + number * s_delay,
                        [MessageUrn.ForTypeString<LetterFiled>()],
                        bench.Bus.Topology.PublishTopology.GetMessageTopology<LetterFiled>() is var topology
                        && topology.TryGetPublishAddress(bench.Bus.Address, out var address)
                            ? address
                            : throw new InvalidOperationException("LetterFiled has no address."),
                        new LetterFiled(context.Message.LetterId, number)
                    )
                );
            await bench.Publish(new FileLetter(Guid.CreateVersion7()));
            await bench.IsDone("letters", number);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        bench.Clock.Advance(2 * s_delay);
        await WaitFor.TrueAsync("the first is gone", async () => await bench.Count<ScheduledOutboxMessage>() == 1);
        bench.Clock.Advance(s_delay);
        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(2);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Several_processes_send_each_message_once(string database)
    {
        const int letters = 100;
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var first = await Start(servers);
        await first.Request(
            async (scheduler, office) =>
            {
                for (var number = 0; number < letters; number++)
                    await scheduler.SchedulePublish(Due(first), new LetterFiled(Guid.CreateVersion7(), number), Stop);
                await office.SaveChangesAsync(Stop);
                return Guid.Empty;
            }
        );
        var due = first.Clock.GetUtcNow() + s_delay;
        await using var second = await Start(servers, new() { Now = due });
        await using var third = await Start(servers, new() { Now = due });
        first.Clock.SetUtcNow(due);

        await WaitFor.TrueAsync(
            "all are sent",
            async () => await first.Count<ScheduledOutboxMessage>() == 0 && await first.Count<OutboxMessage>() == 0
        );
        List<LetterFiled> Received() =>
            [
                .. new[] { first, second, third }
                    .SelectMany(bench => bench.Mailbox.Received)
                    .Select(letter => letter.Message),
            ];
        await WaitFor.TrueAsync("all are received", () => Task.FromResult(Received().Count >= letters));
        Received().Select(letter => letter.Number).Order().ShouldBe(Enumerable.Range(0, letters));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task One_that_cannot_be_sent_does_not_delay_the_others(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Start(servers);
        var (token, letter) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await bench.Request(
            async (scheduler, office) =>
            {
                await scheduler.SchedulePublish(Due(bench), new LetterFiled(letter), Stop);
                office.Add(
                    new ScheduledOutboxMessage
                    {
                        Id = Guid.CreateVersion7(),
                        Token = token,
                        DueTime = Due(bench).AddSeconds(-1),
                        Message = "not JSON",
                    }
                );
                await office.SaveChangesAsync(Stop);
                return token;
            }
        );
        bench.Clock.Advance(s_delay);

        await bench.MailboxHas(1);
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.LetterId.ShouldBe(letter);
        await WaitFor.TrueAsync(
            "the other one is tried again later",
            async () => (await bench.TheOnly<ScheduledOutboxMessage>()).DueTime > Due(bench).AddMinutes(-10)
        );
        (await bench.TheOnly<ScheduledOutboxMessage>()).Token.ShouldBe(token);
    }

    [Fact]
    public async Task A_model_without_the_table_does_not_start()
    {
        await using var servers = await ConformanceServers.StartAsync(DatabaseProviders.Sqlite);

        var refused = await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await using var bench = await Start(
                servers,
                new()
                {
                    AddContext = (services, options) =>
                    {
                        services.AddDbContext<ClosedPostOffice>(options);
                        services.AddScoped<PostOffice>(scope => scope.GetRequiredService<ClosedPostOffice>());
                    },
                }
            );
        });

        refused.Message.ShouldContain("AddScheduledOutboxMessageEntity");
    }

    static Task<Bench> Start(ConformanceServers servers, Bench.Settings? settings = null)
    {
        settings ??= new();
        return Bench.StartAsync(
            servers,
            new()
            {
                Retries = settings.Retries,
                Now = settings.Now,
                AddContext = settings.AddContext,
                Outbox = outbox => outbox.KeepScheduledMessages(maxPerSecond: 1000),
                Transport = bus => bus.UsePublishMessageScheduler(),
                Bus = bus => bus.AddPublishMessageScheduler(),
            }
        );
    }

    static DateTime Due(Bench bench) => bench.Clock.GetUtcNow().UtcDateTime + s_delay;

    static async Task<Guid> Schedule(Bench bench, ConsumeContext context, LetterFiled letter) =>
        (await context.SchedulePublish(Due(bench), letter)).TokenId;

    static Task Cancel(ConsumeContext context, Guid token) =>
        context.GetPayload<MessageSchedulerContext>().CancelScheduledPublish<LetterFiled>(token, Stop);

    sealed record Cancellation(Guid TokenId) : CancelScheduledMessage
    {
        public Guid CorrelationId => TokenId;

        public DateTime Timestamp => DateTime.UtcNow;
    }

    sealed record Scheduling(
        Guid CorrelationId,
        DateTime ScheduledTime,
        string[] PayloadType,
        Uri Destination,
        object Payload
    ) : ScheduleMessage;

    /// <summary>The post office as it was before it kept scheduled messages.</summary>
    sealed class ClosedPostOffice(DbContextOptions<ClosedPostOffice> options) : PostOffice(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            base.OnModelCreating(modelBuilder);
            modelBuilder.Ignore<ScheduledOutboxMessage>();
        }
    }
}

static class SchedulingRequests
{
    /// <summary>Schedules as an HTTP request does: through the scope, committed by its own SaveChanges.</summary>
    public static async Task<Guid> Request(this Bench bench, Func<IMessageScheduler, PostOffice, Task<Guid>> handle)
    {
        await using var scope = bench.Services.CreateAsyncScope();
        return await handle(
            scope.ServiceProvider.GetRequiredService<IMessageScheduler>(),
            scope.ServiceProvider.GetRequiredService<PostOffice>()
        );
    }
}
