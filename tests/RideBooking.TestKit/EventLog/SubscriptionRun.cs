using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.TestKit.EventLog;

/// <summary>
/// Writers that append concurrently, stall and roll back, and the check that a subscription has read each event once and in
/// order.
/// </summary>
/// <param name="open">Opens a context.</param>
/// <param name="seed">Chooses what is appended, rolled back and stalled.</param>
public sealed class SubscriptionRun(Func<Task<SubscriptionsContext>> open, int seed)
{
    const int Writers = 64;
    const int TransactionsOfEach = 6;
    static readonly TimeSpan s_longestStall = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// For long runs: some 770 events are appended with a factor of 1, and a million with 1300
    /// (<c>RIDEBOOKING_SUBSCRIPTION_EVENTS_FACTOR</c>).
    /// </summary>
    public static readonly int Factor = int.Parse(
        Environment.GetEnvironmentVariable("RIDEBOOKING_SUBSCRIPTION_EVENTS_FACTOR") ?? "1"
    );

    /// <summary>Appends events; returns when all have positions.</summary>
    /// <returns>The number of events whose transactions were committed.</returns>
    public async Task<int> Write(CancellationToken cancellationToken)
    {
        var written = await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(n => Task.Run(() => Write(new Random(seed + n), cancellationToken)))
        );
        await using var db = await open();
        await Sequencer.CatchUp(db, cancellationToken);
        return written.Sum();
    }

    /// <summary>Returns whether the subscription has read the whole log.</summary>
    public async Task<bool> HasReadAll(CancellationToken cancellationToken)
    {
        await using var db = await open();
        var position = await db.Set<Subscription>()
            .Select(row => (long?)row.Position)
            .SingleOrDefaultAsync(cancellationToken);
        return position == await db.LastPosition(cancellationToken);
    }

    /// <summary>Fails unless the subscription has read each of its events once, in order, and nothing else.</summary>
    public async Task Check(int appended, CancellationToken cancellationToken)
    {
        await using var db = await open();
        var log = await db.Set<LoggedEvent>()
            .OrderBy(row => row.Position)
            .Select(row => new { row.Position, row.EventType })
            .ToListAsync(cancellationToken);
        FirstDeviation(LongRange(appended), log.ConvertAll(row => row.Position!.Value)).ShouldBeNull($"seed {seed}");
        FirstDeviation(
                [.. log.Where(row => row.EventType == nameof(RideStarted)).Select(row => row.Position!.Value)],
                await Read(cancellationToken)
            )
            .ShouldBeNull($"seed {seed}");
        (await db.Set<Subscription>().SingleAsync(cancellationToken)).Position.ShouldBe(log.Count);
    }

    /// <summary>Returns the positions that were read, in the order in which they were read.</summary>
    public async Task<List<long>> Read(CancellationToken cancellationToken)
    {
        await using var db = await open();
        return await db.Set<ReadPosition>()
            .OrderBy(row => row.Ordinal)
            .Select(row => row.Position)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Says what is wrong first with the positions that were read; null if nothing is.</summary>
    public static string? FirstDeviation(IReadOnlyList<long> expected, IReadOnlyList<long> read)
    {
        for (var n = 0; n < expected.Count; n++)
        {
            if (n < read.Count && read[n] == expected[n])
                continue;
            if (n < read.Count && read.Take(n).Contains(read[n]))
                return $"position {read[n]} was read again";
            return read.Contains(expected[n])
                ? $"position {expected[n]} was read too late"
                : $"position {expected[n]} was missed";
        }
        return read.Count > expected.Count ? $"position {read[expected.Count]} was read again" : null;
    }

    /// <summary>Returns an event, which the subscription reads or not.</summary>
    public static LoggedEvent Logged(bool isRead) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            EventType = isRead ? nameof(RideStarted) : nameof(DriverArrived),
            Version = 1,
            StreamId = "ride",
            Payload =
                $$"""{"rideId":"{{Guid.CreateVersion7()}}","riderId":"rider-1","driverId":"driver-1","at":"2026-01-10T10:00:00Z","waitSeconds":0}""",
        };

    async Task<int> Write(Random random, CancellationToken cancellationToken)
    {
        var committed = 0;
        for (var n = 0; n < TransactionsOfEach * Factor; n++)
        {
            await using var db = await open();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var events = random.Next(1, 5);
            for (var left = events; left > 0; left--)
            {
                db.Add(Logged(isRead: random.Next(4) > 0));
                await db.SaveChangesAsync(cancellationToken);
                // A stall: the transaction stays open while others overtake it.
                if (random.Next(100) == 0)
                    await Task.Delay(s_longestStall * random.NextDouble(), cancellationToken);
                await Task.Yield();
            }
            if (random.Next(5) == 0)
            {
                await transaction.RollbackAsync(cancellationToken);
                continue;
            }
            await transaction.CommitAsync(cancellationToken);
            committed += events;
            if (random.Next(3) == 0)
                await Sequencer.NumberBatch(db, cancellationToken);
        }
        return committed;
    }

    static List<long> LongRange(int count) => [.. Enumerable.Range(1, count).Select(n => (long)n)];
}

/// <summary>Records what it reads in the order in which it reads it.</summary>
public sealed class ReadPositions : IProjection
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
public sealed class ReadPosition
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
