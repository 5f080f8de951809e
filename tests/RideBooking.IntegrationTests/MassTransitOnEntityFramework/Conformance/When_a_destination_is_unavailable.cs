using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// One destination confirms no messages, for example a queue whose replicas have no majority. Here messages about seen
/// parcels are not confirmed, and letters must arrive nevertheless.
/// </summary>
public sealed class When_a_destination_is_unavailable
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task It_does_not_delay_messages_to_other_destinations(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var blocked = new BlockedDestination();
        await using var bench = await Bench.StartAsync(servers, Blocking(blocked));
        await Write(bench, parcels: 1);
        await blocked.HasSend();
        for (var more = 0; more < 5; more++)
            await Write(bench, parcels: 2);

        await Write(bench, parcels: 1, letters: 1);

        await bench.MailboxHas(1);
        blocked.Release();
        await bench.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task It_does_not_delay_messages_of_a_dead_process(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, parcels: 20);
        await Write(dead, letters: 1);
        using var blocked = new BlockedDestination();

        await using var next = await Bench.StartAsync(
            servers,
            Blocking(blocked, now: dead.Clock.GetUtcNow().AddMinutes(1), limit: 5)
        );

        await next.MailboxHas(1);
        blocked.Release();
        await next.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task It_does_not_delay_messages_of_a_process_that_dies_later(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, parcels: 1);
        using var blocked = new BlockedDestination();
        await using var next = await Bench.StartAsync(
            servers,
            Blocking(blocked, now: dead.Clock.GetUtcNow().AddMinutes(1))
        );
        await blocked.HasSend();

        await Write(dead, letters: 1);

        await WaitFor.TrueAsync(
            "the next sweep has sent the letter",
            () =>
            {
                next.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(next.Mailbox.Received.Count == 1);
            }
        );
        blocked.Release();
        await next.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task It_does_not_hide_messages_of_a_dead_process(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var blocked = new BlockedDestination();
        await using var bench = await Bench.StartAsync(servers, Blocking(blocked, limit: 5));
        await Write(bench, parcels: 20);
        await blocked.HasSend();
        // A message of a process that dies now, later than all messages that this process still holds.
        await using var dead = await Bench.BuildAsync(servers, new() { Now = bench.Clock.GetUtcNow().AddSeconds(1) });
        await Write(dead, letters: 1);

        await WaitFor.TrueAsync(
            "the sweeper finds the letter",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(bench.Mailbox.Received.Count == 1);
            }
        );
        blocked.Release();
        await bench.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task It_is_tried_with_one_message_for_all_until_it_accepts_it(string provider)
    {
        const int parcels = 10;
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var blocked = new BlockedDestination();
        await using var bench = await Bench.StartAsync(
            servers,
            Blocking(blocked, timeout: TimeSpan.FromMilliseconds(100))
        );
        await Write(bench, parcels);

        await WaitFor.TrueAsync(
            "the failure is recorded",
            () => bench.In(office => office.Outbox.AnyAsync(message => message.LastError != null, Stop))
        );
        // No attempt is made before the clock moves.
        await WaitFor.TrueAsync(
            "all wait",
            async () =>
            {
                var now = bench.Clock.GetUtcNow().UtcDateTime;
                var rows = await bench.In(office => office.Outbox.AsNoTracking().ToListAsync(Stop));
                return rows.TrueForAll(row => row.NextAttemptTime > now);
            }
        );
        blocked.Sends.ShouldBe(2, "one message, at two attempts");
        (await bench.In(office => office.Outbox.CountAsync(message => message.AttemptCount == 1, Stop))).ShouldBe(1);

        blocked.Release();
        await WaitFor.TrueAsync(
            "all are sent",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return await bench.Count<OutboxMessage>() == 0;
            }
        );
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task It_may_be_one_message_s_fault_and_then_the_others_arrive(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var blocked = new BlockedDestination(messages: 1);
        await using var bench = await Bench.StartAsync(
            servers,
            Blocking(blocked, timeout: TimeSpan.FromMilliseconds(100))
        );
        await Write(bench, parcels: 10);

        await WaitFor.TrueAsync(
            "the nine are sent",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return await bench.Count<OutboxMessage>() == 1;
            }
        );
        (await bench.TheOnly<OutboxMessage>()).AttemptCount.ShouldBeGreaterThan(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task It_is_not_mistaken_for_an_unavailable_broker_while_another_endpoint_is_unhealthy(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var blocked = new BlockedDestination();
        // Thirty of these take longer than the test waits.
        await using var bench = await Bench.StartAsync(servers, Blocking(blocked, timeout: TimeSpan.FromSeconds(1.2)));
        var stopped = bench.Services.GetRequiredService<IBusControl>().ConnectReceiveEndpoint("stopped", _ => { });
        await stopped.Ready;
        await stopped.ReceiveEndpoint.Stop(Stop);
        bench.Services.GetRequiredService<IBusControl>().CheckHealth().Status.ShouldBe(BusHealthStatus.Degraded);
        await Write(bench, parcels: 1);

        await WaitFor.TrueAsync(
            "the message is postponed",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return await bench.In(office => office.Outbox.AnyAsync(message => message.AttemptCount > 0, Stop));
            }
        );
        blocked.Release();
    }

    static Bench.Settings Blocking(
        BlockedDestination blocked,
        DateTimeOffset? now = null,
        int limit = 100,
        TimeSpan? timeout = null
    ) =>
        new()
        {
            Now = now,
            Bus = bus => bus.AddSendObserver<BlockedDestination>(_ => blocked),
            Outbox = outbox => outbox.QueryMessageLimit = limit,
            // Longer than any test: a wait for it would fail the test.
            BusOutbox = outbox => outbox.MessageDeliveryTimeout = timeout ?? 2 * Bench.Limit,
        };

    static Task Write(Bench bench, int parcels = 0, int letters = 0) =>
        bench.Request(
            async (publish, office) =>
            {
                for (var parcel = 0; parcel < parcels; parcel++)
                    await publish.Publish(new ParcelSeen(Guid.CreateVersion7(), parcel), Stop);
                for (var letter = 0; letter < letters; letter++)
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7(), letter), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );

    /// <summary>Blocks sends of seen parcels: all of them, or the first few messages at each attempt.</summary>
    sealed class BlockedDestination(int messages = int.MaxValue) : ISendObserver, IDisposable
    {
        readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly HashSet<Guid?> _blocked = [];
        int _sends;

        public int Sends => Volatile.Read(ref _sends);

        public Task HasSend() => WaitFor.TrueAsync("a send waits", () => Task.FromResult(Sends > 0));

        public void Release() => _released.TrySetResult();

        public Task PreSend<T>(SendContext<T> context)
            where T : class
        {
            if (
                !context.DestinationAddress!.AbsoluteUri.Contains(nameof(ParcelSeen), StringComparison.Ordinal)
                || !IsBlocked(context.MessageId)
            )
                return Task.CompletedTask;
            Interlocked.Increment(ref _sends);
            return _released.Task;
        }

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;

        bool IsBlocked(Guid? id)
        {
            lock (_blocked)
                return _blocked.Contains(id) || (_blocked.Count < messages && _blocked.Add(id));
        }

        // Releases any remaining wait, so that the test ends.
        public void Dispose() => Release();
    }
}
