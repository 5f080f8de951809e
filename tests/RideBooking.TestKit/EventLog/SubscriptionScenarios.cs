using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Tests.Contracts;

namespace RideBooking.Tests.EventLog;

/// <summary>
/// Many writers whose transactions end in any order or roll back, and several processes that compete for one subscription,
/// lose their leases and die: each event takes effect exactly once, in order. A derived class provides the database.
/// </summary>
public abstract class SubscriptionScenarios
{
    // For a long run.
    static readonly int s_factor = int.Parse(
        Environment.GetEnvironmentVariable("RIDEBOOKING_SUBSCRIPTION_EVENTS_FACTOR") ?? "1"
    );

    const int Writers = 16;
    const int Processes = 4;
    static readonly int s_transactionsOfEach = 25 * s_factor;

    readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 10, 10, 0, 0, TimeSpan.Zero));
    volatile bool _written;

    /// <summary>Opens a context; its database has no tables before the first test.</summary>
    protected abstract Task<SubscriptionsContext> Open();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_takes_effect_once_and_in_order()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);

        var processes = Enumerable
            .Range(0, Processes)
            .Select(n => Task.Run(() => Compete(new Random(seed - n))))
            .ToList();
        var written = await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(n => Task.Run(() => Write(new Random(seed + n))))
        );
        await using (var db = await Open())
            await Sequencer.CatchUp(db, Stop);
        _written = true;
        var takeovers = (await Task.WhenAll(processes)).Sum();

        await using var final = await Open();
        var log = await final.Set<LoggedEvent>().AsNoTracking().OrderBy(row => row.Position).ToListAsync(Stop);
        log.Count.ShouldBe(written.Sum());
        var read = await final.Set<ReadPosition>().AsNoTracking().OrderBy(row => row.Ordinal).ToListAsync(Stop);
        read.Select(row => row.Position)
            .ShouldBe(
                log.Where(row => row.EventType == nameof(RideStarted)).Select(row => row.Position!.Value),
                $"seed {seed}"
            );
        (await final.Set<Subscription>().SingleAsync(Stop)).Position.ShouldBe(log.Count);
        takeovers.ShouldBeGreaterThan(Processes, $"seed {seed}: the lease hardly changed hands");
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

    async Task<int> Write(Random random)
    {
        var committed = 0;
        for (var n = 0; n < s_transactionsOfEach; n++)
        {
            await using var db = await Open();
            await using var transaction = await db.Database.BeginTransactionAsync(Stop);
            var events = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Logged(random.Next(4) > 0)).ToList();
            foreach (var logged in events)
            {
                db.Add(logged);
                await db.SaveChangesAsync(Stop);
                await Task.Yield();
            }
            if (random.Next(5) == 0)
            {
                await transaction.RollbackAsync(Stop);
                continue;
            }
            await transaction.CommitAsync(Stop);
            committed += events.Count;
            if (random.Next(3) == 0)
                await Sequencer.NumberBatch(db, Stop);
        }
        return committed;
    }

    /// <returns>How often it took the lease.</returns>
    async Task<int> Compete(Random random)
    {
        var takeovers = 0;
        while (true)
        {
            var finished = _written;
            var reader = Process();
            if (!await With(db => reader.Claim(db, Stop)))
            {
                if (finished && await HasReadAll())
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
                for (var n = random.Next(1, 30); n > 0; n--)
                    await With(db => reader.Read(db, random.Next(1, 40), Stop));
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
            if (finished && await HasReadAll())
                return takeovers;
        }
    }

    Task<bool> HasReadAll() =>
        With(async db =>
            await db.LastPosition(Stop) == await db.Set<Subscription>().Select(row => row.Position).SingleAsync(Stop)
        );

    async Task Append(int count)
    {
        await using var db = await Open();
        db.AddRange(Enumerable.Range(0, count).Select(_ => Logged(isRead: true)));
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

    static LoggedEvent Logged(bool isRead) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            EventType = isRead ? nameof(RideStarted) : nameof(DriverArrived),
            Version = 1,
            StreamId = "ride",
            Payload =
                $$"""{"rideId":"{{Guid.CreateVersion7()}}","riderId":"rider-1","driverId":"driver-1","at":"2026-01-10T10:00:00Z","waitSeconds":0}""",
        };

    /// <summary>Records what it reads in the order in which it reads it.</summary>
    sealed class ReadPositions : IProjection
    {
        public const string SubscriptionName = "read-positions";

        public string Name => SubscriptionName;

        public IReadOnlyCollection<Type> Events => [typeof(RideStarted)];

        public async Task Apply(
            DbContext db,
            int generation,
            IReadOnlyList<ReadEvent> events,
            CancellationToken cancellationToken
        )
        {
            var last = await db.Set<ReadPosition>().MaxAsync(row => (long?)row.Ordinal, cancellationToken) ?? 0;
            db.AddRange(
                events.Select(
                    (read, n) => new ReadPosition { Ordinal = last + 1 + n, Position = read.Logged.Position!.Value }
                )
            );
        }

        public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(0);
    }

    /// <summary>A position that was read.</summary>
    internal sealed class ReadPosition
    {
        public required long Ordinal { get; init; }

        public required long Position { get; init; }
    }

    /// <summary>The event log, and what a subscription has read of it.</summary>
    public sealed class SubscriptionsContext(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddEventLog();
            modelBuilder.Entity<ReadPosition>(row =>
            {
                row.HasKey(read => read.Ordinal);
                row.Property(read => read.Ordinal).ValueGeneratedNever();
            });
        }
    }
}
