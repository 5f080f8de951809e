using System.Diagnostics;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>A broker that is away holds nobody up and loses nothing.</summary>
public sealed class While_the_broker_is_away(While_the_broker_is_away.Broker broker)
    : IClassFixture<While_the_broker_is_away.Broker>
{
    const int Letters = 20;

    static readonly Bench.Settings Impatient = new()
    {
        BusOutbox = outbox => outbox.MessageDeliveryTimeout = TimeSpan.FromSeconds(2),
    };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_committed_at_once_and_delivered_in_order_when_it_is_back()
    {
        await using var servers = await ConformanceServers.StartAsync(DatabaseProviders.Sqlite, broker.RabbitMq);
        await using var bench = await Bench.StartAsync(servers, Impatient);
        await PublishOneAndThenManyWithoutABroker(bench);

        await broker.RabbitMq.StartAsync();

        await AllArriveInOrder(bench);
    }

    [Fact]
    public async Task A_process_can_be_stopped_and_leaves_its_messages_to_the_next()
    {
        await using var servers = await ConformanceServers.StartAsync(DatabaseProviders.Sqlite, broker.RabbitMq);
        await using (var stopped = await Bench.StartAsync(servers, Impatient))
        {
            await PublishOneAndThenManyWithoutABroker(stopped);
            await stopped.StopAsync().WaitAsync(Bench.Limit, Stop);
        }

        await broker.RabbitMq.StartAsync();
        await using var next = await Bench.StartAsync(servers, Impatient);

        await AllArriveInOrder(next);
    }

    async Task PublishOneAndThenManyWithoutABroker(Bench bench)
    {
        await Publish(0);
        await bench.MailboxHas(1);
        await bench.OutboxDrains();

        await broker.RabbitMq.KillAsync();
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
        await Bench.Eventually(
            "the last letter is delivered",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(Numbers().Contains(Letters));
            }
        );
        await bench.OutboxDrains();

        // A letter whose acknowledgement the kill has swallowed may come twice; the order of first arrivals is what counts.
        Numbers().Distinct().Where(number => number > 0).ShouldBe(Enumerable.Range(1, Letters));

        List<int> Numbers() => [.. bench.Mailbox.Received.Select(letter => letter.Message.Number)];
    }

    /// <summary>A broker of its own, for it is killed.</summary>
    public sealed class Broker : IAsyncLifetime
    {
        RabbitMqServer? rabbitMq;
        Exception? absent;

        internal RabbitMqServer RabbitMq => rabbitMq ?? throw absent!;

        public async ValueTask InitializeAsync() => absent = await Servers.AbsenceOf(Start);

        async Task Start() => rabbitMq = await Servers.OrSkipAsync("RabbitMQ", RabbitMqServer.StartOwnAsync);

        public async ValueTask DisposeAsync()
        {
            if (rabbitMq is not null)
                await rabbitMq.DisposeAsync();
        }
    }
}
