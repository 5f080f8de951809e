using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;

namespace RideBooking.TestKit.EventLog;

/// <summary>
/// Many writers whose transactions end in any order, many sequencers and a reader: positions and versions have no gap,
/// and no position appears late. A derived class provides the database.
/// </summary>
public abstract class SequencerScenarios
{
    const int Writers = 8;
    const int EventsOfEach = 50;
    const int Streams = 7;

    protected abstract Task<DbContext> Open();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leave_no_gap_and_give_no_position_late()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);

        using var written = new CancellationTokenSource();
        var numbered = new ConcurrentBag<long>();
        var sequencers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Number(numbered, written.Token))).ToList();
        var reader = Task.Run(() => ReadOn(written.Token));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => Task.Run(() => Write(new Random(seed + n)))));
        await written.CancelAsync();
        await Task.WhenAll(sequencers);

        await using var final = await Open();
        await Sequencer.CatchUp(final, Stop);
        var log = await final.Set<LoggedEvent>().AsNoTracking().OrderBy(row => row.Position).ToListAsync(Stop);
        log.Select(row => row.Position!.Value)
            .ShouldBe(Enumerable.Range(1, Writers * EventsOfEach).Select(n => (long)n));
        foreach (var stream in log.GroupBy(row => row.StreamId))
            stream.Select(row => row.StreamVersion!.Value).ShouldBe(Enumerable.Range(1, stream.Count()));
        (await final.Set<LogHead>().SingleAsync(Stop)).Position.ShouldBe(log.Count);

        // Each position was assigned once, and the reader, which only reads forward, has seen all that existed when it ended.
        numbered.Count.ShouldBe(numbered.Distinct().Count());
        var read = await reader;
        read.ShouldBe(Enumerable.Range(1, read.Count).Select(n => (long)n), $"seed {seed}");
    }

    async Task Write(Random random)
    {
        for (var left = EventsOfEach; left > 0; )
        {
            await using var db = await Open();
            await using var transaction = await db.Database.BeginTransactionAsync(Stop);
            for (var n = Math.Min(left, random.Next(1, 4)); n > 0; n--, left--)
            {
                db.Add(
                    new LoggedEvent
                    {
                        EventId = Guid.CreateVersion7(),
                        EventType = "Happened",
                        StreamId = $"stream {random.Next(Streams)}",
                        Payload = "{}",
                    }
                );
                await db.SaveChangesAsync(Stop);
                await Task.Yield();
            }
            await transaction.CommitAsync(Stop);
        }
    }

    async Task Number(ConcurrentBag<long> numbered, CancellationToken written)
    {
        while (!written.IsCancellationRequested)
        {
            await using var db = await Open();
            var batch = await Sequencer.NumberBatch(db, Stop);
            batch.Select(row => row.Position!.Value).ShouldBeInOrder();
            foreach (var row in batch)
                numbered.Add(row.Position!.Value);
        }
    }

    async Task<List<long>> ReadOn(CancellationToken written)
    {
        var read = new List<long>();
        while (!written.IsCancellationRequested)
        {
            await using var db = await Open();
            var found = await db.ReadNumbered(new EventFilter(read.Count > 0 ? read[^1] : 0), 10, Stop);
            read.AddRange(found.Select(row => row.Position!.Value));
        }
        return read;
    }
}
