using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class OrderTests
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_request_s_message_waits_for_what_a_dead_process_had_committed_before_and_others_do_not(
        string provider
    )
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers, new() { Outbox = Keep });
        await Write(dead, (1, "a"));

        await using var next = await Bench.StartAsync(
            servers,
            new() { Now = dead.Clock.GetUtcNow().AddSeconds(1), Outbox = Keep }
        );
        await Write(next, (2, "a"), (3, "b"));

        await IsReceivedInOrder(next);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_s_message_waits_as_well(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers, new() { Outbox = Keep });
        await Write(dead, (1, "a"));

        await using var next = await Bench.StartAsync(
            servers,
            new() { Now = dead.Clock.GetUtcNow().AddSeconds(1), Outbox = Keep }
        );
        next.Clerk.Files = async (context, _) =>
        {
            await context.Publish(new LetterFiled(context.Message.LetterId, 2), letter => letter.SetRoutingKey("a"));
            await context.Publish(new LetterFiled(context.Message.LetterId, 3), letter => letter.SetRoutingKey("b"));
        };
        await next.Publish(new FileLetter(Guid.CreateVersion7()));

        await IsReceivedInOrder(next);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_that_an_interceptor_publishes_during_a_save_are_ordered_too(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var interceptor = new Saving();
        await using var dead = await Bench.BuildAsync(
            servers,
            new() { Outbox = Keep, Context = options => options.AddInterceptors(interceptor) }
        );

        for (var number = 1; number <= 3; number++)
            await dead.Request(
                async (publish, office) =>
                {
                    interceptor.Publish = () =>
                        publish.Publish(
                            new LetterFiled(Guid.CreateVersion7(), number),
                            letter => letter.SetRoutingKey("a"),
                            Stop
                        );
                    await office.SaveChangesAsync(Stop);
                }
            );

        (
            await dead.In(office =>
                office.Outbox.Select(message => message.OrderingNumber).OrderBy(number => number).ToListAsync(Stop)
            )
        ).ShouldBe([1, 2, 3]);
    }

    sealed class Saving : SaveChangesInterceptor
    {
        public Func<Task> Publish { get; set; } = () => Task.CompletedTask;

        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            await Publish();
            return result;
        }
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Only_messages_with_the_same_key_wait_for_a_message_that_cannot_be_sent(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers, new() { Outbox = Keep });
        await Write(dead, (1, "a"));
        await Write(dead, (2, "a"));
        await Write(dead, (3, "b"));
        await dead.In(office =>
            office
                .Outbox.Where(message => message.OrderingNumber == 1 && message.OrderingKey == "a")
                .ExecuteUpdateAsync(message => message.SetProperty(m => m.ContentType, "no content type"), Stop)
        );

        await using var next = await Bench.StartAsync(
            servers,
            new() { Now = dead.Clock.GetUtcNow().AddMinutes(1), Outbox = Keep }
        );
        await next.MailboxHas(1);
        await WaitFor.TrueAsync(
            "the failure is recorded",
            () => next.In(office => office.Outbox.AnyAsync(message => message.AttemptCount > 0, Stop))
        );
        next.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(3);

        await next.In(office =>
            office.Outbox.ExecuteUpdateAsync(
                message => message.SetProperty(m => m.ContentType, "application/vnd.masstransit+json"),
                Stop
            )
        );
        await SweepsUntilThree(next);
        Numbers(next).ShouldBe([3, 1, 2]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_of_one_process_keep_it_without_waiting_for_a_sweep(string provider)
    {
        const int letters = 40;
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Outbox = Keep });
        for (var number = 1; number <= letters; number++)
            await Write(bench, (number, "a"));

        await bench.MailboxHas(letters);
        Numbers(bench).ShouldBe(Enumerable.Range(1, letters));
        await bench.OutboxDrains();
    }

    static void Keep(IEntityFrameworkOutboxConfigurator outbox) => outbox.KeepOrderByRoutingKey();

    static IEnumerable<int> Numbers(Bench bench) => bench.Mailbox.Received.Select(letter => letter.Message.Number);

    // The third has arrived, so the second, which was committed with it, has found the message it must wait for.
    static async Task IsReceivedInOrder(Bench next)
    {
        await next.MailboxHas(1);
        await SweepsUntilThree(next);
        Numbers(next).ShouldBe([3, 1, 2]);
        await next.OutboxDrains();
    }

    static Task SweepsUntilThree(Bench bench) =>
        WaitFor.TrueAsync(
            "all three are received",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(bench.Mailbox.Received.Count >= 3);
            }
        );

    static Task Write(Bench bench, params (int Number, string Key)[] letters) =>
        bench.Request(
            async (publish, office) =>
            {
                foreach (var (number, key) in letters)
                    await publish.Publish(
                        new LetterFiled(Guid.CreateVersion7(), number),
                        letter => letter.SetRoutingKey(key),
                        Stop
                    );
                await office.SaveChangesAsync(Stop);
            }
        );
}
