using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// A queue whose replicas have no majority, for instance, confirms nothing. Here nobody confirms that a parcel was seen, and letters
/// arrive all the same.
/// </summary>
public sealed class DestinationTests
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Keeps_nobody_waiting_who_sends_elsewhere(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var deaf = new Deaf();
        await using var bench = await Bench.StartAsync(servers, Patient(deaf));
        await Write(bench, parcels: 1);
        await deaf.IsMet();
        for (var more = 0; more < 5; more++)
            await Write(bench, parcels: 2);

        await Write(bench, parcels: 1, letters: 1);

        await bench.MailboxHas(1);
        deaf.Hear();
        await bench.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Does_not_hold_up_what_was_left_behind(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, parcels: 20);
        await Write(dead, letters: 1);
        using var deaf = new Deaf();

        await using var next = await Bench.StartAsync(
            servers,
            Patient(deaf, now: dead.Clock.GetUtcNow().AddMinutes(1), limit: 5)
        );

        await next.MailboxHas(1);
        deaf.Hear();
        await next.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Does_not_hold_up_what_is_left_behind_later(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        await Write(dead, parcels: 1);
        using var deaf = new Deaf();
        await using var next = await Bench.StartAsync(
            servers,
            Patient(deaf, now: dead.Clock.GetUtcNow().AddMinutes(1))
        );
        await deaf.IsMet();

        await Write(dead, letters: 1);

        await Bench.Eventually(
            "the sweeper looks again",
            () =>
            {
                next.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(next.Mailbox.Received.Count == 1);
            }
        );
        deaf.Hear();
        await next.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Does_not_hide_what_was_left_behind(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var deaf = new Deaf();
        await using var bench = await Bench.StartAsync(servers, Patient(deaf, limit: 5));
        await Write(bench, parcels: 20);
        await deaf.IsMet();
        // Of a process that dies now, and later than all that this one still holds.
        await using var dead = await Bench.BuildAsync(servers, new() { Now = bench.Clock.GetUtcNow().AddSeconds(1) });
        await Write(dead, letters: 1);

        await Bench.Eventually(
            "the sweeper finds the letter",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return Task.FromResult(bench.Mailbox.Received.Count == 1);
            }
        );
        deaf.Hear();
        await bench.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Is_asked_with_one_message_for_all_until_it_takes_it(string provider)
    {
        const int parcels = 10;
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var deaf = new Deaf();
        await using var bench = await Bench.StartAsync(servers, Patient(deaf, timeout: TimeSpan.FromMilliseconds(100)));
        await Write(bench, parcels);

        await Bench.Eventually(
            "the failure is noted",
            () => bench.In(office => office.Outbox.AnyAsync(message => message.LastError != null, Stop))
        );
        // Nothing is tried before the clock moves.
        await Bench.Eventually(
            "all wait",
            async () =>
            {
                var now = bench.Clock.GetUtcNow().UtcDateTime;
                var rows = await bench.In(office => office.Outbox.AsNoTracking().ToListAsync(Stop));
                return rows.TrueForAll(row => row.NextAttemptTime > now);
            }
        );
        deaf.Met.ShouldBe(2, "one message, which was tried twice");
        (await bench.In(office => office.Outbox.CountAsync(message => message.AttemptCount == 1, Stop))).ShouldBe(1);

        deaf.Hear();
        await Bench.Eventually(
            "all are sent",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return await bench.Count<OutboxMessage>() == 0;
            }
        );
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task May_be_one_message_s_fault_and_then_the_others_arrive(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var deaf = new Deaf(messages: 1);
        await using var bench = await Bench.StartAsync(servers, Patient(deaf, timeout: TimeSpan.FromMilliseconds(100)));
        await Write(bench, parcels: 10);

        await Bench.Eventually(
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
    public async Task Is_not_mistaken_for_a_broker_that_is_away_while_another_endpoint_is_unhealthy(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        using var deaf = new Deaf();
        // Thirty of these take longer than the test waits.
        await using var bench = await Bench.StartAsync(servers, Patient(deaf, timeout: TimeSpan.FromSeconds(1.2)));
        var stopped = bench.Services.GetRequiredService<IBusControl>().ConnectReceiveEndpoint("stopped", _ => { });
        await stopped.Ready;
        await stopped.ReceiveEndpoint.Stop(Stop);
        bench.Services.GetRequiredService<IBusControl>().CheckHealth().Status.ShouldBe(BusHealthStatus.Degraded);
        await Write(bench, parcels: 1);

        await Bench.Eventually(
            "the message is put off",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(11));
                return await bench.In(office => office.Outbox.AnyAsync(message => message.AttemptCount > 0, Stop));
            }
        );
        deaf.Hear();
    }

    static Bench.Settings Patient(Deaf deaf, DateTimeOffset? now = null, int limit = 100, TimeSpan? timeout = null) =>
        new()
        {
            Now = now,
            Bus = bus => bus.AddSendObserver<Deaf>(_ => deaf),
            Outbox = outbox => outbox.QueryMessageLimit = limit,
            // Longer than any test: who waits for it waits in vain.
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

    /// <summary>Keeps sends of seen parcels waiting: of all, or of the first so many, however often they are sent.</summary>
    sealed class Deaf(int messages = int.MaxValue) : ISendObserver, IDisposable
    {
        readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly HashSet<Guid?> _kept = [];
        int _met;

        public int Met => Volatile.Read(ref _met);

        public Task IsMet() => Bench.Eventually("a send waits", () => Task.FromResult(Met > 0));

        public void Hear() => _heard.TrySetResult();

        public Task PreSend<T>(SendContext<T> context)
            where T : class
        {
            if (
                !context.DestinationAddress!.AbsoluteUri.Contains(nameof(ParcelSeen), StringComparison.Ordinal)
                || !IsKept(context.MessageId)
            )
                return Task.CompletedTask;
            Interlocked.Increment(ref _met);
            return _heard.Task;
        }

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;

        bool IsKept(Guid? id)
        {
            lock (_kept)
                return _kept.Contains(id) || (_kept.Count < messages && _kept.Add(id));
        }

        // Whoever still waits for it waits no longer, so that the test ends.
        public void Dispose() => Hear();
    }
}
