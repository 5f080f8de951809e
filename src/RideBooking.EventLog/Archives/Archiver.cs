using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Archives;

/// <summary>Moves the events of finished streams into archives, in the order in which the streams ended.</summary>
/// <remarks>
/// <para>
/// The last event of each stream stays in the table. So the next event of the stream is numbered and chained without the
/// archive, and the stream is then archived again, into another one.
/// </para>
/// <para>
/// A stream is examined when the archiver passes its last event, so each event is read once. The process may die at any
/// instruction: an archive, the deletion of its events and the progress are one transaction, and a file that was written before
/// it is deleted by the next run.
/// </para>
/// </remarks>
/// <param name="store">The compressed events.</param>
/// <param name="clock">Ends leases.</param>
/// <param name="streamsPerArchive">How many streams make an archive.</param>
public sealed class Archiver(ArchiveStore store, TimeProvider clock, int streamsPerArchive = 100)
{
    /// <summary>How long a process that died keeps its lease.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    const int Batch = 1000;

    // A single archive must fit in memory, however long its streams are.
    const int MaxEvents = 20_000;

    /// <summary>Takes the lease if it is due.</summary>
    /// <returns>The id of the archive to write; null if another process archives, or has done so shortly before.</returns>
    public async Task<Guid?> Claim(DbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var state = await db.Set<ArchiverState>().AsNoTracking().SingleAsync(cancellationToken);
        if (state.DueAt > now)
            return null;
        var id = Guid.CreateVersion7();
        if (!await Own(db, state.ArchiveId, id, now + Lease, cancellationToken))
            return null;
        // The process that was writing it has died, or will find that it has lost its lease.
        if (state.ArchiveId is { } before)
            store.Delete(before);
        return id;
    }

    /// <summary>Ends the lease; any process may archive again from an instant.</summary>
    public static Task Release(DbContext db, Guid id, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        Own(db, id, null, dueAt, cancellationToken);

    /// <summary>Writes the next archive, and ends the lease with it.</summary>
    /// <param name="db">A new context.</param>
    /// <param name="id">What <see cref="Claim"/> has returned.</param>
    /// <param name="before">Only streams that ended before this instant.</param>
    /// <param name="upTo">Only events up to this position.</param>
    /// <param name="finished">Tells which streams are finished.</param>
    /// <param name="cancellationToken">Cancels the operation; the archive then either is committed or not.</param>
    /// <returns>
    /// The archive; null when there are not enough finished streams for another one, or when another process has taken over.
    /// </returns>
    public async Task<Archive?> Next(
        DbContext db,
        Guid id,
        DateTimeOffset before,
        long upTo,
        IFinishedStreams finished,
        CancellationToken cancellationToken
    )
    {
        var start = await db.Set<ArchiverState>().Select(row => row.Position).SingleAsync(cancellationToken);
        // Only chained events: a changed archive is found by the hashes.
        upTo = Math.Min(upTo, await db.LastChained(cancellationToken));
        var (streams, end, areEnough) = await Ended(db, start, before, upTo, finished, cancellationToken);
        if (!areEnough)
            return null;
        var events = await EventsOf(db, streams, end, cancellationToken);
        var compressed = ArchivedEvents.Compress(events);
        var archive = new Archive
        {
            Id = id,
            FirstPosition = events[0].Position!.Value,
            LastPosition = events[^1].Position!.Value,
            LastTimestamp = events.Max(row => row.Timestamp),
            Events = events.Count,
            Streams = streams.Count,
            Size = compressed.Length,
            Sha256 = SHA256.HashData(compressed),
            CreatedAt = clock.GetUtcNow(),
            Data = await store.Write(id, compressed, cancellationToken),
        };
        return await Commit(db, archive, events, end, cancellationToken) ? archive : null;
    }

    /// <summary>Finds finished streams by their last events, as many as an archive has.</summary>
    /// <returns>The streams, the position of the last event that was examined, and whether they make an archive.</returns>
    async Task<(IReadOnlyList<string> Streams, long End, bool AreEnough)> Ended(
        DbContext db,
        long after,
        DateTimeOffset before,
        long upTo,
        IFinishedStreams finished,
        CancellationToken cancellationToken
    )
    {
        var (found, count) = (new List<string>(), 0);
        while (true)
        {
            var log = db.Set<LoggedEvent>().AsNoTracking().Where(row => row.StreamVersion != null);
            var rows = await log.Where(row => row.Position > after && row.Position <= upTo)
                .OrderBy(row => row.Position)
                .Take(Batch)
                .Select(row => new
                {
                    Position = row.Position!.Value,
                    row.StreamId,
                    row.Timestamp,
                    IsLast = !log.Any(next => next.StreamId == row.StreamId && next.StreamVersion > row.StreamVersion),
                    // Those of the stream that are in the table.
                    Count = log.Count(each => each.StreamId == row.StreamId && each.StreamVersion < row.StreamVersion),
                })
                .ToListAsync(cancellationToken);
            var old = rows.TakeWhile(row => row.Timestamp < before).ToList();
            var ended = old.FindAll(row => row.IsLast && row.Count > 0);
            var among = await finished.Among(ended.ConvertAll(row => row.StreamId), cancellationToken);
            foreach (var row in ended.Where(row => among.Contains(row.StreamId)))
            {
                found.Add(row.StreamId);
                count += row.Count;
                if (found.Count == streamsPerArchive || count >= MaxEvents)
                    return (found, row.Position, true);
            }
            if (old.Count < Batch)
                return (found, old.Count > 0 ? old[^1].Position : after, false);
            after = old[^1].Position;
        }
    }

    /// <summary>Returns the streams' events in the table, except the last of each.</summary>
    static async Task<List<LoggedEvent>> EventsOf(
        DbContext db,
        IReadOnlyList<string> streams,
        long end,
        CancellationToken cancellationToken
    )
    {
        var events = await db.Set<LoggedEvent>()
            .AsNoTracking()
            .Where(row => streams.Contains(row.StreamId) && row.StreamVersion != null && row.Position <= end)
            .OrderBy(row => row.Position)
            .ToListAsync(cancellationToken);
        var last = events.GroupBy(row => row.StreamId).Select(stream => stream.Last().Position).ToHashSet();
        return events.FindAll(row => !last.Contains(row.Position));
    }

    Task<bool> Commit(
        DbContext db,
        Archive archive,
        List<LoggedEvent> events,
        long end,
        CancellationToken cancellationToken
    ) =>
        db
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(async () =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                // This locks the row, so that no other process can commit what it has read before.
                var mine = await db.Set<ArchiverState>()
                    .Where(row => row.ArchiveId == archive.Id)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(row => row.Position, end)
                                .SetProperty(row => row.ArchiveId, (Guid?)null)
                                .SetProperty(row => row.DueAt, clock.GetUtcNow()),
                        cancellationToken
                    );
                if (mine == 0)
                    return false;
                db.Add(archive);
                db.AddRange(
                    events
                        .Select(row => row.StreamId)
                        .Distinct()
                        .Select(stream => new StreamArchive { StreamId = stream, ArchiveId = archive.Id })
                );
                db.AddRange(
                    events
                        .Select(row => SegmentArchive.Of(row.Position!.Value))
                        .Distinct()
                        .Select(segment => new SegmentArchive { Segment = segment, ArchiveId = archive.Id })
                );
                await db.SaveChangesAsync(cancellationToken);
                foreach (var positions in events.Select(row => row.Position).Chunk(HashChain.BatchSize))
                    if (
                        await db.Set<LoggedEvent>()
                            .Where(row => positions.Contains(row.Position))
                            .ExecuteDeleteAsync(cancellationToken) != positions.Length
                    )
                        throw new InvalidOperationException(
                            $"Events of the archive {archive.Id} are no longer in the event log."
                        );
                await transaction.CommitAsync(cancellationToken);
                return true;
            });

    static async Task<bool> Own(
        DbContext db,
        Guid? before,
        Guid? after,
        DateTimeOffset dueAt,
        CancellationToken cancellationToken
    ) =>
        await db.Set<ArchiverState>()
            .Where(row => row.ArchiveId == before)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.ArchiveId, after).SetProperty(row => row.DueAt, dueAt),
                cancellationToken
            ) == 1;
}
