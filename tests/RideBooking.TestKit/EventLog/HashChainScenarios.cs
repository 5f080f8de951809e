using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using RideBooking.EventLog;

namespace RideBooking.TestKit.EventLog;

/// <summary>
/// Events chained by several processes at once: whatever is changed afterwards in the database is found and named. A derived
/// class provides the database.
/// </summary>
public abstract class HashChainScenarios
{
    const int Events = 1200;
    const int Streams = 7;

    // Not the first or the last of its stream.
    const long Changed = 600;

    protected abstract Task<DbContext> Open();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_events_that_many_chain_at_once()
    {
        await Write();
        (await Deviations()).ShouldBeEmpty();
        await using var db = await Open();
        (await db.Set<EventHash>().CountAsync(Stop)).ShouldBe(Events);
    }

    [Fact]
    public async Task Find_and_name_each_event_that_was_changed()
    {
        await Write();
        await Finds("hash", set => set.SetProperty(row => row.StoredPayload, """{"amount": 1}"""));
        await Finds("hash", set => set.SetProperty(row => row.EventType, "Unhappened"));
        await Finds("hash", set => set.SetProperty(row => row.Version, 2));
        await Finds("hash", set => set.SetProperty(row => row.Timestamp, DateTimeOffset.UnixEpoch));
        await Finds("hash", set => set.SetProperty(row => row.Source, "elsewhere"));
        await Finds("hash", set => set.SetProperty(row => row.CorrelationId, Guid.Empty));
        await Finds("hash", set => set.SetProperty(row => row.Subject, "another rider"));
        await Finds("streamVersion", set => set.SetProperty(row => row.StreamId, "another stream"));
        await Finds("streamVersion", set => set.SetProperty(row => row.StreamVersion, 1_000));
        await Finds("hash", set => set.SetProperty(row => row.StreamVersion, (int?)null));
    }

    [Fact]
    public async Task Find_an_event_that_was_removed_and_one_that_was_moved()
    {
        await Write();
        await using var db = await Open();
        await At(db, 800).ExecuteDeleteAsync(Stop);
        await At(db, Events).ExecuteDeleteAsync(Stop);
        await At(db, 300).ExecuteUpdateAsync(set => set.SetProperty(row => row.Position, Events + 5), Stop);

        var deviations = await Deviations();
        deviations
            .Where(it => it.Field == "position")
            .Select(it => it.Position)
            .ShouldBe([300, 800, Events, Events + 1]);
        deviations.ShouldContain(it => it.Field == "streamVersion" && it.Position == 800 + Streams);
    }

    [Fact]
    public async Task Find_events_that_changed_places_and_a_hash_that_was_replaced()
    {
        await Write();
        await using var db = await Open();
        await At(db, 300).ExecuteUpdateAsync(set => set.SetProperty(row => row.Position, -1), Stop);
        await At(db, 301).ExecuteUpdateAsync(set => set.SetProperty(row => row.Position, 300), Stop);
        await At(db, -1).ExecuteUpdateAsync(set => set.SetProperty(row => row.Position, 301), Stop);
        // A change of an event and its hash would require a change of all later hashes of the stream.
        await At(db, Changed).ExecuteUpdateAsync(set => set.SetProperty(row => row.StoredPayload, "[]"), Stop);
        var before = await db.Set<EventHash>().SingleAsync(row => row.Position == Changed - Streams, Stop);
        var hash = HashChain.Of(await At(db, Changed).AsNoTracking().SingleAsync(Stop), before.Hash);
        await db.Set<EventHash>()
            .Where(row => row.Position == Changed)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Hash, hash), Stop);

        (await Deviations())
            .Where(it => it.Field == "hash")
            .Select(it => it.Position)
            .ShouldBe([300, 301, 300 + Streams, 301 + Streams, Changed + Streams], ignoreOrder: true);
    }

    [Fact]
    public async Task Find_an_event_that_was_added()
    {
        await Write();
        await using var db = await Open();
        db.Add(
            new LoggedEvent
            {
                EventId = Guid.CreateVersion7(),
                EventType = "Happened",
                StreamId = "another stream",
                StreamVersion = 1,
                Position = Events + 1,
                Payload = "{}",
            }
        );
        await db.SaveChangesAsync(Stop);
        (await Deviations()).ShouldHaveSingleItem().Position.ShouldBe(Events + 1);
    }

    async Task Write()
    {
        await using (var db = await Open())
        {
            await db.Database.EnsureCreatedAsync(Stop);
            db.AddRange(
                Enumerable
                    .Range(0, Events)
                    .Select(n => new LoggedEvent
                    {
                        EventId = Guid.CreateVersion7(),
                        EventType = "Happened",
                        Version = 1,
                        Timestamp = DateTimeOffset.UtcNow,
                        Source = "tests",
                        StreamId = $"stream {n % Streams}",
                        Payload = $$"""{"number": {{n}}, "text": "größer \ud83d\ude00"}""",
                    })
            );
            await db.SaveChangesAsync(Stop);
            await Sequencer.CatchUp(db, Stop);
        }
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Chain)));
    }

    async Task Chain()
    {
        await using var db = await Open();
        while (await HashChain.Extend(db, Stop) == HashChain.BatchSize) { }
    }

    // Changes the event, and afterwards changes it back.
    async Task Finds(string field, Action<UpdateSettersBuilder<LoggedEvent>> change)
    {
        await using var db = await Open();
        var before = await At(db, Changed).AsNoTracking().SingleAsync(Stop);
        await At(db, Changed).ExecuteUpdateAsync(change, Stop);
        var deviation = (await Deviations()).First(it => it.Position == Changed);
        deviation.Field.ShouldBe(field);
        deviation.EventId.ShouldBe(before.EventId);
        await At(db, Changed)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.StoredPayload, before.StoredPayload)
                        .SetProperty(row => row.EventType, before.EventType)
                        .SetProperty(row => row.Version, before.Version)
                        .SetProperty(row => row.Timestamp, before.Timestamp)
                        .SetProperty(row => row.Source, before.Source)
                        .SetProperty(row => row.CorrelationId, before.CorrelationId)
                        .SetProperty(row => row.Subject, before.Subject)
                        .SetProperty(row => row.StreamId, before.StreamId)
                        .SetProperty(row => row.StreamVersion, before.StreamVersion),
                Stop
            );
        (await Deviations()).ShouldBeEmpty();
    }

    static IQueryable<LoggedEvent> At(DbContext db, long position) =>
        db.Set<LoggedEvent>().Where(row => row.Position == position);

    async Task<List<LogDeviation>> Deviations()
    {
        await using var db = await Open();
        var (found, after, chained) = (new List<LogDeviation>(), 0L, await db.LastChained(Stop));
        while (true)
        {
            var (events, deviations) = await db.Verify(after, chained, 500, Stop);
            found.AddRange(deviations);
            if (events.Count == 0)
                break;
            after = events[^1].Position!.Value;
        }
        if (await db.VerifyEnd(Stop) is { } end)
            found.Add(end);
        return found;
    }
}
