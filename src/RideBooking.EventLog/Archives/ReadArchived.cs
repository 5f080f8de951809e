using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Archives;

/// <summary>Adds archived events to what was read from the log's table.</summary>
/// <remarks>
/// The table is read first and the archives afterwards. An archive and the deletion of its events are one transaction, so an
/// event that moves in between is found twice, and never missed. The last event of each stream always stays in the table: so
/// does the last event of the log.
/// </remarks>
static class ReadArchived
{
    // At least one more than a segment can have archives.
    const int Page = SegmentArchive.Length + 1;

    /// <summary>Returns up to a number of events that a filter selects, in order.</summary>
    /// <param name="db">Reads the archives.</param>
    /// <param name="live">The selected events of the table.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="limit">The maximum number of events, by which <paramref name="live"/> is limited, too.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    public static async Task<List<LoggedEvent>> WithArchived(
        this DbContext db,
        List<LoggedEvent> live,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (IsComplete(live, filter, limit))
            return live;
        var end = live.Count == limit ? live[^1].Position!.Value : filter.UpTo ?? long.MaxValue;
        var archived = filter.StreamId is { } stream
            ? await db.ArchivedEventsOf(
                [stream],
                key =>
                    key.Position > filter.After
                    && key.Position <= end
                    && !(key.StreamVersion > filter.UpToVersion)
                    && filter.Selects(key.EventType),
                null,
                cancellationToken
            )
            : await db.ArchivedBetween(filter, end, limit, null, cancellationToken);
        return Merge(live, archived, limit);
    }

    /// <summary>Returns archived events after the filter's position, at least up to a number of them, in no order.</summary>
    /// <param name="db">Reads the archives.</param>
    /// <param name="filter">Selects events.</param>
    /// <param name="end">The last position.</param>
    /// <param name="limit">How many events are enough: the others then have higher positions.</param>
    /// <param name="audited">Reads the archives for an audit, also if some cannot be read; null for other readers.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    /// <exception cref="DamagedArchiveException">An archive cannot be read.</exception>
    public static async Task<List<LoggedEvent>> ArchivedBetween(
        this DbContext db,
        EventFilter filter,
        long end,
        int limit,
        AuditedArchives? audited,
        CancellationToken cancellationToken
    )
    {
        var found = new List<LoggedEvent>();
        var (first, last) = (SegmentArchive.Of(filter.After + 1), SegmentArchive.Of(end));
        while (true)
        {
            var page = await db.Set<SegmentArchive>()
                .AsNoTracking()
                .Where(row => row.Segment >= first && row.Segment <= last)
                .OrderBy(row => row.Segment)
                .Take(Page)
                .ToListAsync(cancellationToken);
            // The last segment of a full page may go on.
            var isLast = page.Count < Page;
            foreach (var segment in page.GroupBy(row => row.Segment).SkipLast(isLast ? 0 : 1))
            {
                foreach (var row in segment)
                    found.AddRange(
                        await db.Events(
                            row.ArchiveId,
                            key =>
                                SegmentArchive.Of(key.Position) == segment.Key
                                && key.Position > filter.After
                                && key.Position <= end
                                && filter.Selects(key.EventType),
                            audited,
                            cancellationToken
                        )
                    );
                if (found.Count >= limit)
                    return found;
            }
            if (isLast)
                return found;
            first = page[^1].Segment;
        }
    }

    /// <summary>Returns archived events of some streams, in no order.</summary>
    /// <param name="db">Reads the archives.</param>
    /// <param name="streams">The streams.</param>
    /// <param name="condition">Selects events of them.</param>
    /// <param name="audited">Reads the archives for an audit, also if some cannot be read; null for other readers.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    /// <exception cref="DamagedArchiveException">An archive cannot be read.</exception>
    public static async Task<List<LoggedEvent>> ArchivedEventsOf(
        this DbContext db,
        IReadOnlyCollection<string> streams,
        Predicate<ArchivedEvents.Key> condition,
        AuditedArchives? audited,
        CancellationToken cancellationToken
    )
    {
        if (streams.Count == 0)
            return [];
        var wanted = streams.ToHashSet(StringComparer.Ordinal);
        var archives = await db.Set<StreamArchive>()
            .Where(row => streams.Contains(row.StreamId))
            .Select(row => row.ArchiveId)
            .Distinct()
            .ToListAsync(cancellationToken);
        var found = new List<LoggedEvent>();
        foreach (var archive in archives)
            found.AddRange(
                await db.Events(
                    archive,
                    key => wanted.Contains(key.StreamId) && condition(key),
                    audited,
                    cancellationToken
                )
            );
        return found;
    }

    /// <summary>Returns those of the streams that have events in archives that cannot be read.</summary>
    public static async Task<HashSet<string>> UnreadableAmong(
        this DbContext db,
        IReadOnlyCollection<string> streams,
        AuditedArchives audited,
        CancellationToken cancellationToken
    )
    {
        if (audited.Damaged.Count == 0)
            return [];
        var damaged = audited.Damaged.Select(damage => damage.Archive.Id).ToList();
        return await db.Set<StreamArchive>()
            .Where(row => damaged.Contains(row.ArchiveId) && streams.Contains(row.StreamId))
            .Select(row => row.StreamId)
            .ToHashSetAsync(cancellationToken);
    }

    /// <summary>Returns the lowest position of an archived event that is not earlier than an instant.</summary>
    /// <param name="db">Reads the archives.</param>
    /// <param name="instant">The instant.</param>
    /// <param name="known">A position that is not looked beyond.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    public static async Task<long?> FirstArchivedSince(
        this DbContext db,
        DateTimeOffset instant,
        long? known,
        CancellationToken cancellationToken
    )
    {
        var archives = await db.Set<Archive>()
            .Where(row => row.LastTimestamp >= instant && (known == null || row.FirstPosition < known))
            .OrderBy(row => row.FirstPosition)
            .Select(row => new { row.Id, row.FirstPosition })
            .ToListAsync(cancellationToken);
        var first = known;
        foreach (var archive in archives.TakeWhile(row => first is null || row.FirstPosition < first))
        {
            var since = await db.Events(archive.Id, key => key.Timestamp >= instant, null, cancellationToken);
            var position = since.First().Position!.Value;
            first = Math.Min(first ?? position, position);
        }
        return first;
    }

    /// <summary>Returns events of the table and of archives, each once, in order.</summary>
    public static List<LoggedEvent> Merge(List<LoggedEvent> live, List<LoggedEvent> archived, int limit) =>
        archived.Count == 0
            ? live
            : [.. live.UnionBy(archived, row => row.Position).OrderBy(row => row.Position).Take(limit)];

    static bool Selects(this EventFilter filter, string eventType) =>
        filter.EventTypes is null || filter.EventTypes.Contains(eventType);

    // Whether no archive can have a selected event.
    static bool IsComplete(List<LoggedEvent> live, EventFilter filter, int limit)
    {
        if (filter.StreamId is not null && live is [{ StreamVersion: 1 }, ..])
            return true;
        if (filter.EventTypes is not null)
            return false;
        var isToEnd = live.Count == limit || filter is { UpTo: null, UpToVersion: null };
        return isToEnd && (live.Count == 0 || (filter.StreamId is null && HasNoGap(live, filter.After)));
    }

    static bool HasNoGap(List<LoggedEvent> events, long after) => events[^1].Position == after + events.Count;

    static async Task<IEnumerable<LoggedEvent>> Events(
        this DbContext db,
        Guid archive,
        Predicate<ArchivedEvents.Key> condition,
        AuditedArchives? audited,
        CancellationToken cancellationToken
    )
    {
        var store = ArchiveStore.Of(db);
        var events = audited is null
            ? await store.Load(db, archive, cancellationToken)
            : await audited.Read(store, db, archive, cancellationToken);
        return events?.Where(condition) ?? [];
    }
}
