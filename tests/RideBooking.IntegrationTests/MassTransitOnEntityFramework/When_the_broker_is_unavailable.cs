using System.Diagnostics;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>An unavailable broker neither blocks requests nor loses messages.</summary>
[Collection(typeof(OnServersToStop))]
public sealed class When_the_broker_is_unavailable(ServersToStop servers)
{
    const int Letters = 20;

    static readonly Bench.Settings ShortTimeouts = new()
    {
        BusOutbox = outbox => outbox.MessageDeliveryTimeout = TimeSpan.FromSeconds(2),
    };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_committed_at_once_and_delivered_in_order_when_it_is_available_again()
    {
        await servers.AllRun();
        await using var here = await ConformanceServers.StartAsync(DatabaseProviders.Sqlite, servers.RabbitMq);
        await using var bench = await Bench.StartAsync(here, ShortTimeouts);
        await PublishOneAndThenManyWithoutABroker(bench);

        await servers.Start(servers.RabbitMq);

        await AllArriveInOrder(bench);
    }

    [Fact]
    public async Task A_process_can_be_stopped_and_the_next_sends_its_messages()
    {
        await servers.AllRun();
        await using var here = await ConformanceServers.StartAsync(DatabaseProviders.Sqlite, servers.RabbitMq);
        await using (var stopped = await Bench.StartAsync(here, ShortTimeouts))
        {
            await PublishOneAndThenManyWithoutABroker(stopped);
            // A client notices after 20 seconds that its connection died during a send.
            await stopped.StopAsync().WaitAsync(2 * Bench.Limit, Stop);
        }

        await servers.Start(servers.RabbitMq);
        await using var next = await Bench.StartAsync(here, ShortTimeouts);

        await AllArriveInOrder(next);
    }

    async Task PublishOneAndThenManyWithoutABroker(Bench bench)
    {
        await Publish(0);
        await bench.MailboxHas(1);
        await bench.OutboxDrains();

        await servers.Kill(servers.RabbitMq);
        var took = Stopwatch.StartNew();
        for (var letter = 1; letter <= Letters; letter++)
            await Publish(letter);
        took.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (await bench.Count<OutboxMessage>()).ShouldBe(Letters);

        Task Publish(int number) =>
            bench.Request(
                async (publish, office) =>
                {
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), number), Stop);
                    await office.SaveChangesAsync(Stop);
                }
            );
    }

    static async Task AllArriveInOrder(Bench bench)
    {
        // The retries wait on the bench's clock, also one whose letter arrived and whose confirmation did not.
        await WaitFor.TrueAsync(
            "the last letter is delivered and the outbox is empty",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return Numbers().Contains(Letters) && await bench.Count<OutboxMessage>() == 0;
            }
        );

        // A letter whose acknowledgement was lost by the kill may arrive twice; the order of first arrivals counts.
        Numbers().Distinct().Where(number => number > 0).ShouldBe(Enumerable.Range(1, Letters));

        List<int> Numbers() => [.. bench.Mailbox.Received.Select(letter => letter.Message.Number)];
    }
}
