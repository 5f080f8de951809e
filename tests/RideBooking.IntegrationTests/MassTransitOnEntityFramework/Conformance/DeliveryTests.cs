using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class DeliveryTests
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    // The key of the row with the sweeper's lease.
    static readonly Guid s_lease = new("6a5f0d52-0b0a-4b8e-9d0e-0d7f0c1a0001");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_of_a_dead_process_is_sent_by_the_next_under_the_same_id(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, letters: 25);
        var written = await dead.In(office =>
            office
                .Outbox.OrderBy(message => message.SequenceNumber)
                .Select(message => message.MessageId)
                .ToListAsync(Stop)
        );

        await using var next = await Bench.StartAsync(
            servers,
            new() { Now = dead.Clock.GetUtcNow().AddMinutes(1), Outbox = outbox => outbox.QueryMessageLimit = 10 }
        );

        await next.MailboxHas(25);
        await next.OutboxDrains();
        next.Mailbox.Received.Select(letter => letter.MessageId!.Value).ShouldBe(written);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_that_a_sweeper_sent_first_is_not_sent_again(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var interceptor = new Saved();
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Context = options => options.AddInterceptors(interceptor) }
        );

        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                // It is committed, but this process is blocked before it knows.
                interceptor.Block = async () =>
                {
                    await WaitFor.TrueAsync(
                        "a sweeper has sent it",
                        async () =>
                        {
                            bench.Clock.Advance(TimeSpan.FromSeconds(10));
                            return bench.Mailbox.Received.Count == 1 && await bench.Count<OutboxMessage>() == 0;
                        }
                    );
                };
                await office.SaveChangesAsync(Stop);
            }
        );
        await Write(bench, letters: 1);

        await bench.MailboxHas(2);
        await bench.OutboxDrains();
        bench.Mailbox.Received.Select(letter => letter.MessageId).ShouldBeUnique();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_sent_after_the_sweeper_read_it_is_not_sent_again(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, letters: 1);
        var read = await dead.In(office => office.Outbox.AsNoTracking().ToListAsync(Stop));
        await using var next = await Bench.StartAsync(servers, new() { Now = dead.Clock.GetUtcNow().AddMinutes(1) });
        await next.MailboxHas(1);
        await next.OutboxDrains();
        var delivery = next.Services.GetRequiredService<BusOutboxes<PostOffice>>().All.Single().Delivery;
        await WaitFor.TrueAsync(
            "it is no longer in flight",
            () => Task.FromResult(!delivery.InFlight.Contains(read.Single().Id))
        );

        await Task.WhenAll(delivery.EnqueueDue(read));
        await Write(next, letters: 1);

        await next.MailboxHas(2);
        next.Mailbox.Received.Select(letter => letter.MessageId).ShouldBeUnique();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_request_that_takes_long_keeps_its_messages_from_sweepers_as_long_as_any(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var slow = await Bench.BuildAsync(servers);

        await slow.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                slow.Clock.Advance(TimeSpan.FromMinutes(1));
                await office.SaveChangesAsync(Stop);
            }
        );

        (await slow.TheOnly<OutboxMessage>()).NextAttemptTime.ShouldBe(
            slow.Clock.GetUtcNow().UtcDateTime.AddSeconds(10),
            TimeSpan.FromMilliseconds(1)
        );
    }

    sealed class Saved : SaveChangesInterceptor
    {
        public Func<Task>? Block { get; set; }

        public override async ValueTask<int> SavedChangesAsync(
            SaveChangesCompletedEventData eventData,
            int result,
            CancellationToken cancellationToken = default
        )
        {
            if (Block is { } block)
            {
                Block = null;
                await block();
            }

            return result;
        }
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_is_left_to_the_process_that_wrote_it_for_a_while(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var slow = await Bench.BuildAsync(servers);
        await Write(slow, letters: 1);
        (await slow.TheOnly<OutboxMessage>()).NextAttemptTime.ShouldBe(
            slow.Clock.GetUtcNow().UtcDateTime.AddSeconds(10),
            TimeSpan.FromMilliseconds(1)
        );

        await using var other = await Bench.StartAsync(servers, new() { Now = slow.Clock.GetUtcNow().AddSeconds(1) });
        await other.Publish(new LetterFiled(Guid.CreateVersion7(), 99));
        await other.MailboxHas(1);
        other.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(99);

        await WaitFor.TrueAsync(
            "the next sweep has sent it",
            () =>
            {
                other.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(other.Mailbox.Received.Count == 2);
            }
        );
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Of_several_processes_one_sweeps(string provider)
    {
        const int letters = 200;
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, letters);

        var settings = new Bench.Settings { Now = dead.Clock.GetUtcNow().AddMinutes(1) };
        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Bench.BuildAsync(servers, settings)));
        await Task.WhenAll(replicas.Select(replica => replica.StartAsync()));

        await dead.OutboxDrains();
        List<Guid> Received() =>
            [.. replicas.SelectMany(replica => replica.Mailbox.Received).Select(letter => letter.MessageId!.Value)];
        await WaitFor.TrueAsync("all letters are received", () => Task.FromResult(Received().Count >= letters));
        Received().Count.ShouldBe(letters);
        Received().Distinct().Count().ShouldBe(letters);
        foreach (var replica in replicas)
            await replica.DisposeAsync();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_process_whose_clock_is_an_hour_ahead_does_not_block_other_sweepers(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers, new() { Now = DateTimeOffset.UtcNow.AddHours(1) });
        await Write(dead, letters: 2);
        // It died during its sweep.
        await dead.In(office =>
        {
            office.Leases.Add(
                new OutboxState
                {
                    OutboxId = s_lease,
                    LockId = Guid.CreateVersion7(),
                    Expires = dead.Clock.GetUtcNow().UtcDateTime.AddMinutes(1),
                }
            );
            return office.SaveChangesAsync(Stop);
        });

        await using var next = await Bench.StartAsync(servers, new() { Now = dead.Clock.GetUtcNow().AddHours(-1) });

        await dead.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_process_that_died_after_its_sweep_does_not_block_other_sweepers(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var writer = await Bench.BuildAsync(servers);
        await Write(writer, letters: 1);
        var swept = new Bench.Settings { Now = writer.Clock.GetUtcNow().AddMinutes(1) };
        await using var sweeper = await Bench.StartAsync(servers, swept);
        await writer.OutboxDrains();
        await WaitFor.TrueAsync("its sweep has ended", async () => await writer.Count<OutboxState>() == 0);

        // The sweeper's clock stands still: it does nothing any more, as if it were dead.
        await Write(writer, letters: 1);
        await using var next = await Bench.StartAsync(servers, swept);

        await writer.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_that_cannot_be_sent_blocks_no_other_and_records_its_error(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, letters: 3);
        await dead.In(office =>
            office
                .Outbox.Where(message => message.SequenceNumber == 2)
                .ExecuteUpdateAsync(message => message.SetProperty(m => m.ContentType, "no content type"), Stop)
        );

        var now = dead.Clock.GetUtcNow().AddMinutes(1);
        await using var next = await Bench.StartAsync(servers, new() { Now = now });

        await next.MailboxHas(2);
        await WaitFor.TrueAsync("the two are deleted", async () => await next.Count<OutboxMessage>() == 1);
        await WaitFor.TrueAsync(
            "the failure is recorded",
            async () => (await next.TheOnly<OutboxMessage>()).AttemptCount == 1
        );
        var unsendable = await next.TheOnly<OutboxMessage>();
        unsendable.SequenceNumber.ShouldBe(2);
        unsendable.LastError.ShouldNotBeNullOrEmpty();
        unsendable.NextAttemptTime.ShouldBeGreaterThan(now.UtcDateTime);

        // Once repaired, it is sent at its next attempt.
        await next.In(office =>
            office.Outbox.ExecuteUpdateAsync(
                message => message.SetProperty(m => m.ContentType, "application/vnd.masstransit+json"),
                Stop
            )
        );
        await WaitFor.TrueAsync(
            "it is sent",
            () =>
            {
                next.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(next.Mailbox.Received.Count == 3);
            }
        );
        await next.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_message_that_has_expired_is_dropped(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await dead.Request(
            async (publish, office) =>
            {
                await publish.Publish(
                    new LetterFiled(Guid.CreateVersion7()),
                    context => context.TimeToLive = TimeSpan.FromSeconds(30),
                    Stop
                );
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        await using var next = await Bench.StartAsync(servers, new() { Now = dead.Clock.GetUtcNow().AddMinutes(1) });

        await next.MailboxHas(1);
        await next.OutboxDrains();
        next.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Enqueued_messages_are_sent_before_the_process_ends(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.BuildAsync(servers);

        // Nothing is sent before the start, so all messages are still unsent when the stop begins.
        await Write(bench, letters: 100);
        await bench.StartAsync();
        await bench.StopAsync();

        (await bench.Count<OutboxMessage>()).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Without_work_it_queries_the_database_once_per_delay(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var commands = new CountsCommands();
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Context = options => options.AddInterceptors(commands),
                Outbox = outbox => outbox.DisableInboxCleanupService(),
            }
        );

        // The clock stands still, so however long this takes there is one sweep, at the start.
        await Write(bench, letters: 5);
        await bench.MailboxHas(5);
        await bench.OutboxDrains();
        await WaitFor.TrueAsync("the first sweep has ended", () => Task.FromResult(commands.Sweeps == 1));
        var delays = 0;
        await WaitFor.TrueAsync(
            "the second sweep has ended",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                delays++;
                return Task.FromResult(commands.Sweeps >= 2);
            }
        );
        await bench.Count<OutboxMessage>();
        commands.Sweeps.ShouldBeInRange(2, 1 + delays);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Inbox_entries_live_as_long_as_the_window(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.BuildAsync(
            servers,
            new()
            {
                Outbox = outbox =>
                {
                    outbox.DuplicateDetectionWindow = TimeSpan.FromHours(1);
                    outbox.QueryMessageLimit = 7;
                },
            }
        );
        var now = bench.Clock.GetUtcNow().UtcDateTime;
        var young = Guid.CreateVersion7();
        await bench.In(office =>
        {
            // Both handled entries and (from another source) entries that were never completed.
            for (var i = 0; i < 20; i++)
                office.Inbox.Add(Entry(Guid.CreateVersion7(), now.AddMinutes(-61), consumed: i % 2 == 0 ? now : null));
            office.Inbox.Add(Entry(young, now.AddMinutes(-50), now));
            return office.SaveChangesAsync(Stop);
        });

        await bench.StartAsync();

        await WaitFor.TrueAsync(
            "the old inbox entries are deleted",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(1));
                return await bench.Count<InboxState>() == 1;
            }
        );
        (await bench.TheOnly<InboxState>()).MessageId.ShouldBe(young);

        static InboxState Entry(Guid message, DateTime received, DateTime? consumed) =>
            new()
            {
                MessageId = message,
                ConsumerId = Guid.Empty,
                Received = received,
                Consumed = consumed,
            };
    }

    // Like a transport whose broker dies at the wrong instant: it neither answers nor observes the cancellation.
    [Theory, MemberData(nameof(Databases))]
    public async Task A_send_that_never_ends_delays_no_other(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var deaf = new DeafOnce();
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Transport = bus => bus.ConfigureSend(send => send.UseFilter(deaf)),
                BusOutbox = outbox => outbox.MessageDeliveryTimeout = TimeSpan.FromMilliseconds(300),
            }
        );

        try
        {
            await Write(bench, letters: 3);
            await bench.MailboxHas(3);
            await bench.OutboxDrains();
            deaf.Met.ShouldBeTrue();
        }
        finally
        {
            // Releases any remaining wait, so that the test ends.
            deaf.Hear();
        }
    }

    sealed class DeafOnce : IFilter<SendContext>
    {
        readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _sends;

        public bool Met => _sends > 0;

        public void Hear() => _heard.TrySetResult();

        public Task Send(SendContext context, IPipe<SendContext> next) =>
            Interlocked.Increment(ref _sends) == 1 ? _heard.Task : next.Send(context);

        public void Probe(ProbeContext context) { }
    }

    static Task Write(Bench bench, int letters) =>
        bench.Request(
            async (publish, office) =>
            {
                for (var letter = 0; letter < letters; letter++)
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), letter), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

    sealed class CountsCommands : DbCommandInterceptor
    {
        int sweeps;

        public int Sweeps => sweeps;

        public override ValueTask<System.Data.Common.DbDataReader> ReaderExecutedAsync(
            System.Data.Common.DbCommand command,
            CommandExecutedEventData eventData,
            System.Data.Common.DbDataReader result,
            CancellationToken cancellationToken = default
        )
        {
            if (
                command.CommandText.Contains(nameof(OutboxMessage.NextAttemptTime), StringComparison.Ordinal)
                && command.CommandText.Contains("ORDER BY", StringComparison.Ordinal)
            )
                Interlocked.Increment(ref sweeps);
            return ValueTask.FromResult(result);
        }
    }
}
