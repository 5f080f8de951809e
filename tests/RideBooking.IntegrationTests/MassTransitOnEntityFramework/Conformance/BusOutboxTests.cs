using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class BusOutboxTests
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Nothing_is_sent_before_it_is_saved_and_then_at_once(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Pooled = true });
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(first), Stop);
                (await bench.Count<OutboxMessage>()).ShouldBe(0);

                await office.SaveChangesAsync(Stop);
                await bench.MailboxHas(1);

                await publish.Publish(new LetterFiled(second), Stop);
                await office.SaveChangesAsync(Stop);
                await bench.MailboxHas(2);
            }
        );

        await bench.OutboxDrains();
        bench.Mailbox.Received.Select(letter => letter.Message.LetterId).ShouldBe([first, second]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_is_never_saved_is_never_sent(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);

        await bench.Request((publish, _) => publish.Publish(new LetterFiled(NewId.NextGuid()), Stop));
        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

        await bench.MailboxHas(1);
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_callers_own_transaction_decides(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);

        foreach (var commits in new[] { false, true })
            await bench.Request(
                async (publish, office) =>
                {
                    await using var transaction = await office.Database.BeginTransactionAsync(Stop);
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), commits ? 1 : 0), Stop);
                    await office.SaveChangesAsync(Stop);
                    if (commits)
                        await transaction.CommitAsync(Stop);
                }
            );

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Messages_arrive_in_the_order_in_which_they_were_published(string provider)
    {
        const int requests = 30;
        const int letters = 10;
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);

        for (var request = 0; request < requests; request++)
        {
            var first = request * letters;
            await bench.Request(
                async (publish, office) =>
                {
                    for (var letter = 0; letter < letters; letter++)
                        await publish.Publish(new LetterFiled(Guid.CreateVersion7(), first + letter), Stop);
                    await office.SaveChangesAsync(Stop);
                }
            );
        }

        await bench.MailboxHas(requests * letters);
        await bench.OutboxDrains();
        bench
            .Mailbox.Received.Select(letter => letter.Message.Number)
            .ShouldBe(Enumerable.Range(0, requests * letters));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_process_that_delivers_nothing_leaves_it_to_another(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var writer = await Bench.StartAsync(
            servers,
            new() { BusOutbox = outbox => outbox.DisableDeliveryService() }
        );
        await writer.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7()), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );
        await writer.StopAsync();
        (await writer.Count<OutboxMessage>()).ShouldBe(1);

        await using var deliverer = await Bench.StartAsync(
            servers,
            new() { Now = writer.Clock.GetUtcNow().AddMinutes(1) }
        );

        await deliverer.MailboxHas(1);
        await deliverer.OutboxDrains();
    }
}
