using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Archives;

namespace RideBooking.TestKit.EventLog;

/// <summary>
/// Finished streams move to archives, in the database and in files: every reader still finds the same events. A derived class
/// provides the database.
/// </summary>
public abstract class ArchiveScenarios : IDisposable
{
    const int Streams = 40;
    const int EventsOfEach = 12;
    const int StreamsPerArchive = 10;

    static readonly DateTimeOffset s_start = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-archives-").FullName;
    readonly FakeTimeProvider _clock = new(s_start + TimeSpan.FromDays(100));
    readonly AllFinished _finished = new();
    ArchiveStore _store = new(folder: null);

    /// <summary>Opens a context whose application has these services.</summary>
    protected abstract DbContext Open(IServiceProvider application);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_reader_finds_the_same_events(bool inFiles)
    {
        await Write(inFiles);
        var before = await ReadAll();
        (await ArchiveAll()).ShouldBe(Streams / StreamsPerArchive);

        var (rows, archived) = await Count();
        rows.ShouldBe(Streams, "the last event of each stream stays");
        archived.ShouldBe(Streams * (EventsOfEach - 1));
        Directory.GetFiles(_folder).Length.ShouldBe(inFiles ? Streams / StreamsPerArchive : 0);
        (await ReadAll()).ShouldBe(before);
        (await Deviations()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_is_read_up_to_each_of_its_versions(bool isArchived)
    {
        await Write(inFiles: false);
        if (isArchived)
            await ArchiveAll();
        // Not numbered yet.
        await With(async db =>
        {
            db.Add(Happened(3, EventsOfEach));
            return await db.SaveChangesAsync(Stop);
        });

        for (var version = 1; version <= EventsOfEach + 1; version++)
        {
            var filter = new EventFilter(StreamId: Name(3), UpToVersion: version);
            var whole = await With(db => db.ReadEvents(filter, 100, Stop));
            whole.Select(row => row.StreamVersion!.Value).ShouldBe(Enumerable.Range(1, version));
            (await Pages(filter, limit: 5)).ShouldBe(whole.Select(Text));
            (await Pages(filter with { EventTypes = ["Happened"] }, limit: 5)).ShouldBe(
                whole.Where(row => row.EventType == "Happened").Select(Text)
            );
        }
    }

    [Fact]
    public async Task An_archived_event_has_every_column()
    {
        await Write(inFiles: false);
        var (before, after) = (await At(1), (LoggedEvent?)null);
        await ArchiveAll();
        after = await At(1);
        await With(db =>
        {
            foreach (var column in db.Model.FindEntityType(typeof(LoggedEvent))!.GetProperties())
            {
                var value = column.PropertyInfo!.GetValue(before);
                value.ShouldNotBeNull(column.Name);
                column.PropertyInfo.GetValue(after).ShouldBe(value, column.Name);
            }
            return Task.FromResult(0);
        });
        (await At(1_000_000)).ShouldBeNull();

        Task<LoggedEvent?> At(long position) => With(db => db.EventAt(position, Stop));
    }

    [Fact]
    public async Task A_late_event_continues_its_stream_and_moves_to_another_archive()
    {
        await Write(inFiles: true);
        await ArchiveAll();
        await Append(db => db.Add(Happened(3, EventsOfEach)));

        var stream = await Stream(3);
        stream.Select(row => row.StreamVersion).ShouldBe(Enumerable.Range(1, EventsOfEach + 1).Cast<int?>());
        (await Deviations()).ShouldBeEmpty();

        // The others of the next archive.
        for (var n = 1; n < StreamsPerArchive; n++)
            await Append(db => db.AddRange(Happened(1000 + n, 0), Happened(1000 + n, 1)));
        (await ArchiveAll()).ShouldBe(1);
        (await Stream(3)).Select(row => row.EventId).ShouldBe(stream.Select(row => row.EventId));
        (await With(db => db.Set<StreamArchive>().CountAsync(row => row.StreamId == Name(3), Stop))).ShouldBe(2);
        (await Deviations()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Streams_that_are_not_finished_or_too_young_or_not_yet_handled_stay()
    {
        await Write(inFiles: false);
        _finished.Not.UnionWith(Enumerable.Range(0, Streams).Select(Name));
        (await ArchiveAll()).ShouldBe(0);
        _finished.Not.Clear();
        (await ArchiveAll(before: s_start)).ShouldBe(0);
        (await ArchiveAll(upTo: StreamsPerArchive)).ShouldBe(0);
        (await Count()).Rows.ShouldBe(Streams * EventsOfEach);
        (await ArchiveAll()).ShouldBe(Streams / StreamsPerArchive);
    }

    [Fact]
    public async Task A_process_that_dies_before_the_commit_leaves_a_file_that_the_next_one_deletes()
    {
        await Write(inFiles: true);
        var died = await With(db => NewArchiver().Claim(db, Stop));
        await _store.Write(died!.Value, [1, 2, 3], Stop);

        (await With(db => NewArchiver().Claim(db, Stop))).ShouldBeNull("the lease has not ended");
        _clock.Advance(Archiver.Lease);
        (await ArchiveAll()).ShouldBe(Streams / StreamsPerArchive);
        Directory.GetFiles(_folder).Length.ShouldBe(Streams / StreamsPerArchive);
        (await Deviations()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_process_that_lost_its_lease_without_noticing_archives_nothing()
    {
        await Write(inFiles: true);
        var late = await With(db => NewArchiver().Claim(db, Stop));
        _clock.Advance(Archiver.Lease);
        (await ArchiveAll()).ShouldBe(Streams / StreamsPerArchive);
        var (rows, archived) = await Count();

        await Append(db => db.AddRange(Enumerable.Range(0, Streams).Select(n => Happened(n, EventsOfEach))));
        (await With(db => Next(NewArchiver(), db, late!.Value))).ShouldBeNull();
        (await Count()).ShouldBe((rows + Streams, archived));
        (await Deviations()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_archive_and_read_at_once()
    {
        await Write(inFiles: true);
        var before = await ReadAll();
        var archivers = Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while ((await Count()).Archived < Streams * (EventsOfEach - 1))
                            await ArchiveAll();
                    })
                )
        );
        do
        {
            (await ReadAll()).ShouldBe(before);
            (await Deviations()).ShouldBeEmpty();
        } while (!archivers.IsCompleted);
        await archivers;
        (await ReadAll()).ShouldBe(before);
        (await Count()).ShouldBe((Streams, Streams * (EventsOfEach - 1)));
    }

    [Fact]
    public async Task A_changed_archive_is_found_and_named()
    {
        await Write(inFiles: true);
        await ArchiveAll();
        await ReadAll();
        var archive = await With(db => db.Set<Archive>().OrderBy(row => row.FirstPosition).Skip(1).FirstAsync(Stop));
        var file = Directory.GetFiles(_folder).Single(name => name.Contains($"{archive.Id}"));
        var bytes = await File.ReadAllBytesAsync(file, Stop);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Stop);

        var changed = (await Deviations()).ShouldHaveSingleItem();
        changed.Field.ShouldBe("archive");
        changed.Position.ShouldBe(archive.FirstPosition);
        changed.Expected.ShouldContain($"{archive.Id}");
        changed.Actual.ShouldNotBeNull().ShouldContain("SHA-256");

        File.Delete(file);
        (await Deviations()).ShouldHaveSingleItem().Field.ShouldBe("archive");
        _store = new ArchiveStore(_folder);
        (await Should.ThrowAsync<DamagedArchiveException>(ReadAll)).Archive.Id.ShouldBe(archive.Id);
    }

    [Fact]
    public async Task An_event_that_was_changed_together_with_its_archive_is_found_and_named()
    {
        await Write(inFiles: false);
        await ArchiveAll();
        await With(async db =>
        {
            var archive = await db.Set<Archive>().OrderBy(row => row.FirstPosition).FirstAsync(Stop);
            var lines = ArchivedEvents.Decompress(archive.Data!).Where(_ => true).ToList();
            lines[5] = new LoggedEvent
            {
                EventId = lines[5].EventId,
                EventType = lines[5].EventType,
                Timestamp = lines[5].Timestamp,
                StreamId = lines[5].StreamId,
                StreamVersion = lines[5].StreamVersion,
                Position = lines[5].Position,
                Payload = "{}",
            };
            var data = ArchivedEvents.Compress(lines);
            var hash = System.Security.Cryptography.SHA256.HashData(data);
            return await db.Set<Archive>()
                .Where(row => row.Id == archive.Id)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Data, data).SetProperty(row => row.Sha256, hash),
                    Stop
                );
        });
        var changed = (await Deviations()).ShouldHaveSingleItem();
        changed.Field.ShouldBe("hash");
        changed.StreamId.ShouldNotBeNull();
        changed.Actual.ShouldNotBeNull().ShouldEndWith("(archived)");
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Directory.Delete(_folder, recursive: true);

    // Streams overlap, as rides do.
    async Task Write(bool inFiles)
    {
        _store = new ArchiveStore(inFiles ? _folder : null);
        await With(db => db.Database.EnsureCreatedAsync(Stop));
        await Append(db =>
            db.AddRange(
                Enumerable
                    .Range(0, Streams)
                    .SelectMany(n => Enumerable.Range(0, EventsOfEach).Select(version => (n, version)))
                    .OrderBy(it => it.n + it.version)
                    .Select(it => Happened(it.n, it.version))
            )
        );
    }

    async Task Append(Action<DbContext> add)
    {
        await With(async db =>
        {
            add(db);
            await db.SaveChangesAsync(Stop);
            await Sequencer.CatchUp(db, Stop);
            while (await HashChain.Extend(db, Stop) == HashChain.BatchSize) { }
            return 0;
        });
    }

    static string Name(int stream) => $"stream {stream}";

    static LoggedEvent Happened(int stream, int version) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            EventType = version % 2 == 0 ? "Happened" : nameof(BalanceOutstanding),
            Version = 1,
            Timestamp = s_start.AddSeconds(stream).AddTicks(1234567),
            Source = "tests",
            StreamId = Name(stream),
            Subject = "rider",
            CorrelationId = Guid.CreateVersion7(),
            CausationId = Guid.CreateVersion7(),
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Payload = $$"""
                {
                    "rideId": "019ba71d-5e40-7c31-9a52-4f0d7be6c913",
                    "riderId": "größer \ud83d\ude00 <&'\\n",
                    "amount": { "amount": "{{version}}.00", "currency": "EUR" },
                    "at": "2026-01-10T19:41:00+00:00"
                }
                """,
        };

    /// <summary>Returns what the different readers find.</summary>
    async Task<string> ReadAll()
    {
        var all = await Pages(new EventFilter(), limit: 70);
        var filtered = await Pages(new EventFilter(EventTypes: [nameof(BalanceOutstanding)]), limit: 7);
        var upTo = await Pages(new EventFilter(After: 20, EventTypes: ["Happened"], UpTo: 333), limit: 50);
        var streams = new List<string>();
        for (var n = 0; n < Streams; n += 7)
            streams.AddRange(await Pages(new EventFilter(StreamId: Name(n)), limit: 5));
        var lookup = await With(db => db.ReadStreams([Name(1), Name(2), "no stream"], Stop));
        lookup.Unreadable.ShouldBeEmpty();
        streams.AddRange(lookup.Events[Name(2)].Select(Text));
        var typed = await With(db => db.ReadStream<BalanceOutstanding>(Name(5), Stop));
        var since = await With(db => db.FirstPositionSince(s_start.AddSeconds(20), Stop));
        var last = await With(db => db.LastPosition(Stop));
        return string.Join(
            '\n',
            [.. all, .. filtered, .. upTo, .. streams, .. typed.Select(it => $"{it.Amount}").Order(), $"{since} {last}"]
        );
    }

    async Task<List<string>> Pages(EventFilter filter, int limit)
    {
        var found = new List<string>();
        while (true)
        {
            var page = await With(db => db.ReadEvents(filter, limit, Stop));
            found.AddRange(page.Select(Text));
            if (page.Count < limit)
                return found;
            filter = filter with { After = page[^1].Position!.Value };
        }
    }

    static string Text(LoggedEvent row) => System.Text.Json.JsonSerializer.Serialize(EventEnvelope.Of(row));

    Task<List<LoggedEvent>> Stream(int n) => With(db => db.ReadEvents(new EventFilter(StreamId: Name(n)), 100, Stop));

    async Task<(int Rows, int Archived)> Count() =>
        await With(async db =>
            (await db.Set<LoggedEvent>().CountAsync(Stop), await db.Set<Archive>().SumAsync(row => row.Events, Stop))
        );

    Archiver NewArchiver() => new(_store, _clock, StreamsPerArchive);

    Task<Archive?> Next(
        Archiver archiver,
        DbContext db,
        Guid id,
        DateTimeOffset? before = null,
        long upTo = long.MaxValue
    ) => archiver.Next(db, id, before ?? _clock.GetUtcNow(), upTo, _finished, Stop);

    /// <returns>How many archives were written.</returns>
    async Task<int> ArchiveAll(DateTimeOffset? before = null, long upTo = long.MaxValue)
    {
        var archiver = NewArchiver();
        for (var written = 0; ; written++)
        {
            if (await With(db => archiver.Claim(db, Stop)) is not { } id)
                return written;
            if (await With(db => Next(archiver, db, id, before, upTo)) is null)
            {
                await With(async db =>
                {
                    await Archiver.Release(db, id, _clock.GetUtcNow(), Stop);
                    return 0;
                });
                return written;
            }
        }
    }

    async Task<List<LogDeviation>> Deviations()
    {
        var (found, after) = (new List<LogDeviation>(), 0L);
        var chained = await With(db => db.LastChained(Stop));
        while (true)
        {
            var (events, deviations) = await With(db => db.Verify(after, chained, 100, Stop));
            found.AddRange(deviations);
            if (events.Count == 0)
                break;
            after = events[^1].Position!.Value;
        }
        if (await With(db => db.VerifyEnd(Stop)) is { } end)
            found.Add(end);
        return found;
    }

    async Task<T> With<T>(Func<DbContext, Task<T>> use)
    {
        await using var application = new ServiceCollection().AddSingleton(_store).BuildServiceProvider();
        await using var db = Open(application);
        return await use(db);
    }

    sealed class AllFinished : IFinishedStreams
    {
        public HashSet<string> Not { get; } = [];

        public Task<IReadOnlyCollection<string>> Among(
            IReadOnlyCollection<string> streamIds,
            CancellationToken cancellationToken
        ) => Task.FromResult<IReadOnlyCollection<string>>([.. streamIds.Where(id => !Not.Contains(id))]);
    }
}
