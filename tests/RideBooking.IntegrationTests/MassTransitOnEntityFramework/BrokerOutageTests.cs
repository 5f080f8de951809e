using System.Diagnostics;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>A broker that is away holds nobody up and loses nothing.</summary>
public sealed class While_the_broker_is_away
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_committed_at_once_and_delivered_in_order_when_it_is_back()
    {
        const int letters = 20;
        await using var rabbitMq = await Servers.OrSkipAsync("RabbitMQ", RabbitMqServer.StartOwnAsync);
        await using var servers = await ConformanceServers.StartAsync(DatabaseProviders.Sqlite, rabbitMq);
        await using var bench = await Bench.StartAsync(
            servers,
            new() { BusOutbox = outbox => outbox.MessageDeliveryTimeout = TimeSpan.FromSeconds(2) }
        );
        await Publish(0);
        await bench.MailboxHas(1);

        await rabbitMq.KillAsync();
        var took = Stopwatch.StartNew();
        for (var letter = 1; letter <= letters; letter++)
            await Publish(letter);
        took.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (await bench.Count<OutboxMessage>()).ShouldBe(letters);
        await rabbitMq.StartAsync();

        await Bench.Eventually(
            "all letters are delivered",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(Numbers().Distinct().Count() > letters);
            }
        );
        await bench.OutboxDrains();

        // A letter whose acknowledgement the kill has swallowed may come twice; the order of first arrivals is what counts.
        Numbers().Distinct().ShouldBe(Enumerable.Range(0, letters + 1));

        List<int> Numbers() => [.. bench.Mailbox.Received.Select(letter => letter.Message.Number)];

        Task Publish(int number) =>
            bench.Request(
                async (publish, office) =>
                {
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), number), Stop);
                    await office.SaveChangesAsync(Stop);
                }
            );
    }
}
