using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.TestKit.EventLog;

/// <summary>
/// Many writers whose transactions end in any order or roll back, and several processes that compete for one subscription,
/// lose their leases and die: each event takes effect exactly once, in order. A derived class provides the database.
/// </summary>
public abstract class SubscriptionScenarios
{
    const int Processes = 4;

    readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 10, 10, 0, 0, TimeSpan.Zero));
    volatile bool _written;

    /// <summary>Opens a context; its database has no tables before the first test.</summary>
    protected abstract Task<SubscriptionsContext> Open();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_takes_effect_once_and_in_order()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);

        var run = new SubscriptionRun(Open, seed);
        var processes = Enumerable
            .Range(0, Processes)
            .Select(n => Task.Run(() => Compete(run, new Random(seed - n))))
            .ToList();
        var written = await run.Write(Stop);
        _written = true;
        var takeovers = (await Task.WhenAll(processes)).Sum();

        await run.Check(written, Stop);
        takeovers.ShouldBeGreaterThan(Processes, $"seed {seed}: the lease hardly changed hands");
    }

    [Fact]
    public async Task The_check_finds_a_checkpoint_that_is_stored_apart_from_the_rows()
    {
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);
        await Append(3);

        // The process dies between its two transactions.
        await ReadWithCheckpointApart(isKilled: true);
        await ReadWithCheckpointApart(isKilled: false);

        SubscriptionRun
            .FirstDeviation([1, 2, 3], await new SubscriptionRun(Open, seed: 0).Read(Stop))
            .ShouldBe("position 1 was read again");
    }

    [Fact]
    public async Task A_process_that_lost_its_lease_without_noticing_writes_nothing()
    {
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);
        await Append(3);
        var (one, other) = (Process(), Process());
        (await With(db => one.Claim(db, Stop))).ShouldBeTrue();
        (await With(db => one.Read(db, 1, Stop))).ShouldBe(1);
        (await With(db => other.Claim(db, Stop))).ShouldBeFalse();

        _clock.Advance(SubscriptionReader.Lease);
        (await With(db => other.Claim(db, Stop))).ShouldBeTrue();

        await Should.ThrowAsync<LeaseLostException>(() => With(db => one.Read(db, 1, Stop)));
        await Should.ThrowAsync<LeaseLostException>(() =>
            With(async db =>
            {
                await one.Renew(db, Stop);
                return 0;
            })
        );
        (await With(db => other.Read(db, 10, Stop))).ShouldBe(2);
        (await With(db => db.Set<ReadPosition>().CountAsync(Stop))).ShouldBe(3);
    }

    [Fact]
    public async Task A_checkpoint_beyond_the_end_of_the_log_stops_the_subscription()
    {
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);
        await Append(1);
        await With(async db =>
        {
            db.Add(
                new Subscription
                {
                    Name = ReadPositions.SubscriptionName,
                    Generation = 1,
                    IsLive = true,
                    Position = 500,
                }
            );
            return await db.SaveChangesAsync(Stop);
        });

        var beyond = await Should.ThrowAsync<CheckpointBeyondEndException>(() => With(db => Process().Claim(db, Stop)));
        beyond.Message.ShouldContain("position 500");
        beyond.Message.ShouldContain("ends at 1");

        // The log grows past the position: the events before it are still missing.
        await Append(600);
        (await With(db => Process().Claim(db, Stop))).ShouldBeFalse();
        (await With(db => db.Set<Subscription>().SingleAsync(Stop))).StoppedBecause.ShouldBe(beyond.Message);
    }

    /// <summary>Stores the rows in one transaction and the checkpoint in the next, as a subscription must not.</summary>
    async Task ReadWithCheckpointApart(bool isKilled)
    {
        await using var db = await Open();
        var checkpoint = await db.Set<Subscription>().SingleOrDefaultAsync(Stop);
        if (checkpoint is null)
            db.Add(checkpoint = new Subscription { Name = "checkpoint-apart", Generation = 1 });
        var events = await db.ReadEvents(new EventFilter(checkpoint.Position), 10, Stop);
        await new ReadPositions().Apply(db, 1, [.. events.Select(row => new ReadEvent(row, row))], Stop);
        await db.SaveChangesAsync(Stop);
        if (isKilled)
            return;
        checkpoint.Position = events[^1].Position!.Value;
        await db.SaveChangesAsync(Stop);
    }

    /// <returns>How often it took the lease.</returns>
    async Task<int> Compete(SubscriptionRun run, Random random)
    {
        var takeovers = 0;
        while (true)
        {
            var finished = _written;
            await using var reader = Process();
            if (!await With(db => reader.Claim(db, Stop)))
            {
                if (finished && await run.HasReadAll(Stop))
                    return takeovers;
                // The owner's lease ends, whatever it is doing.
                if (random.Next(20) == 0)
                    _clock.Advance(SubscriptionReader.Lease);
                await Task.Yield();
                continue;
            }
            takeovers++;
            try
            {
                // Half of them read ahead, which needs the same limit again.
                var (limit, readsAhead) = (random.Next(1, 40), random.Next(2) == 0);
                for (var n = random.Next(1, 30); n > 0; n--)
                    await With(db =>
                        readsAhead
                            ? reader.Read(db, limit, Stop, query => With(query))
                            : reader.Read(db, random.Next(1, 40), Stop)
                    );
                // Else it dies and leaves its lease.
                if (random.Next(2) == 0)
                    await With(async db =>
                    {
                        await reader.Release(db, Stop);
                        return 0;
                    });
            }
            catch (LeaseLostException)
            {
                // Another process goes on.
            }
            if (finished && await run.HasReadAll(Stop))
                return takeovers;
        }
    }

    async Task Append(int count)
    {
        await using var db = await Open();
        db.AddRange(Enumerable.Range(0, count).Select(_ => SubscriptionRun.Logged(isRead: true)));
        await db.SaveChangesAsync(Stop);
        await Sequencer.CatchUp(db, Stop);
    }

    SubscriptionReader Process() =>
        new(new ReadPositions(), EventCatalogue.Published, Guid.CreateVersion7().ToString(), _clock);

    async Task<T> With<T>(Func<SubscriptionsContext, Task<T>> use)
    {
        await using var db = await Open();
        return await use(db);
    }
}
