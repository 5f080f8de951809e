using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using RideBooking.EventLog.Archives;
using RideBooking.EventLog.PersonalData;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.EventLog;

/// <summary>Which events a reader wants.</summary>
/// <param name="After">Only events after this position.</param>
/// <param name="StreamId">Only this ride's, or this driver's.</param>
/// <param name="EventTypes">Only events of these names.</param>
/// <param name="UpTo">Only events up to this position.</param>
/// <param name="UpToVersion">Only events up to this version of their stream.</param>
public sealed record EventFilter(
    long After = 0,
    string? StreamId = null,
    IReadOnlyCollection<string>? EventTypes = null,
    long? UpTo = null,
    int? UpToVersion = null
);

/// <summary>Reads the event log by position, archived events included.</summary>
public static class EventLogReader
{
    /// <summary>Reads up to <paramref name="limit"/> events after the filter's position, in order.</summary>
    /// <remarks>A reader sees its own writes: committed events are numbered first.</remarks>
    public static async Task<List<LoggedEvent>> ReadEvents(
        this DbContext db,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (await db.Read(filter, limit, includesPending: true, cancellationToken) is { } events)
            return events;
        await Sequencer.CatchUp(db, cancellationToken);
        return await db.ReadNumbered(filter, limit, cancellationToken);
    }

    /// <summary>Reads events that already have their positions, for callers that know that theirs have.</summary>
    public static async Task<List<LoggedEvent>> ReadNumbered(
        this DbContext db,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    ) => (await db.Read(filter, limit, includesPending: false, cancellationToken))!;

    /// <returns>The events; null if there may be pending ones that belong to them.</returns>
    static async Task<List<LoggedEvent>?> Read(
        this DbContext db,
        EventFilter filter,
        int limit,
        bool includesPending,
        CancellationToken cancellationToken
    )
    {
        var rows = filter is { StreamId: { } stream, EventTypes: null }
            ? await ReadStream(db, stream, filter, limit, cancellationToken)
            : await With(db, Selected(db, filter).Take(limit)).ToListAsync(cancellationToken);
        // SQL Server may read the tables of one statement at different moments.
        var known = db.Database.ProviderName == ProviderName.SqlServer ? null : rows.FirstOrDefault();
        // No pending event belongs to versions that were all found.
        if (includesPending && known?.IsPending != false && rows.Count != filter.UpToVersion)
            return null;

        foreach (var row in rows)
            if (row.Event.IsEncrypted)
                row.Event.Decrypt(row.Key);
        var live = rows.ConvertAll(row => row.Event);
        if (known is not null && !(known.LastSegment >= SegmentArchive.Of(filter.After + 1)))
            return live;
        var found = await db.WithArchived(live, filter, limit, cancellationToken);
        await db.Decrypt(found, cancellationToken);
        return found;
    }

    static IQueryable<LoggedEvent> Selected(DbContext db, EventFilter filter)
    {
        var events = db.Set<LoggedEvent>().AsNoTracking().Where(row => row.Position > filter.After);
        if (filter.EventTypes is { } types)
            events = events.Where(row => types.Contains(row.EventType));
        if (filter.UpTo is { } upTo)
            events = events.Where(row => row.Position <= upTo);
        if (filter.UpToVersion is { } upToVersion)
            events = events.Where(row => row.StreamVersion <= upToVersion);
        // A stream's versions follow the order of its positions, and their index reads only the stream's own events.
        return filter.StreamId is null
            ? events.OrderBy(row => row.Position)
            : events
                .Where(row => row.StreamId == filter.StreamId && row.StreamVersion != null)
                .OrderBy(row => row.StreamVersion);
    }

    // Adds what is known of keys, archives and pending events at that moment: three queries less.
    static IQueryable<Row> With(DbContext db, IQueryable<LoggedEvent> events) =>
        events.Select(row => new Row
        {
            Event = row,
            Key = db.Set<SubjectKey>().Where(key => key.Subject == row.Subject).Select(key => key.Key).FirstOrDefault(),
            LastSegment = db.Set<SegmentArchive>().Max(archive => (long?)archive.Segment),
            IsPending = db.Set<LoggedEvent>().Any(pending => pending.Position == null),
        });

    // The query of histories, receipts and past states: without a compiled form, its translation costs as much as its run.
    static async Task<List<Row>> ReadStream(
        DbContext db,
        string stream,
        EventFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var query = s_streams.GetOrAdd(db.Model, static _ => CompileStreamQuery());
        var (upTo, upToVersion) = (filter.UpTo ?? long.MaxValue, filter.UpToVersion ?? int.MaxValue);
        List<Row> rows = [];
        await foreach (
            var row in query(db, stream, filter.After, upTo, upToVersion, limit).WithCancellation(cancellationToken)
        )
            rows.Add(row);
        return rows;
    }

    // A compiled query belongs to one model.
    static readonly ConcurrentDictionary<IModel, StreamQuery> s_streams = new();

    delegate IAsyncEnumerable<Row> StreamQuery(
        DbContext db,
        string stream,
        long after,
        long upTo,
        int upToVersion,
        int limit
    );

    static StreamQuery CompileStreamQuery()
    {
        var query = EF.CompileAsyncQuery(
            (DbContext db, string stream, long after, long upTo, int upToVersion, int limit) =>
                db.Set<LoggedEvent>()
                    .AsNoTracking()
                    .Where(row =>
                        row.StreamId == stream
                        && row.StreamVersion != null
                        && row.StreamVersion <= upToVersion
                        && row.Position > after
                        && row.Position <= upTo
                    )
                    .OrderBy(row => row.StreamVersion)
                    .Take(limit)
                    .Select(row => new Row
                    {
                        Event = row,
                        Key = db.Set<SubjectKey>()
                            .Where(key => key.Subject == row.Subject)
                            .Select(key => key.Key)
                            .FirstOrDefault(),
                        LastSegment = db.Set<SegmentArchive>().Max(archive => (long?)archive.Segment),
                        IsPending = db.Set<LoggedEvent>().Any(pending => pending.Position == null),
                    })
        );
        return new StreamQuery(query);
    }

    sealed class Row
    {
        public required LoggedEvent Event { get; init; }
        public required byte[]? Key { get; init; }
        public required long? LastSegment { get; init; }
        public required bool IsPending { get; init; }
    }

    /// <summary>Returns the event at a position; null if there is none.</summary>
    public static async Task<LoggedEvent?> EventAt(
        this DbContext db,
        long position,
        CancellationToken cancellationToken
    ) => (await db.ReadNumbered(new EventFilter(position - 1, UpTo: position), 1, cancellationToken)).SingleOrDefault();

    /// <summary>Returns the numbered events of some streams, in order, for an audit.</summary>
    /// <returns>The events, and the streams that have events in archives that cannot be read.</returns>
    public static async Task<(ILookup<string, LoggedEvent> Events, IReadOnlySet<string> Unreadable)> ReadStreams(
        this DbContext db,
        IReadOnlyCollection<string> streamIds,
        CancellationToken cancellationToken
    )
    {
        var live = await db.Set<LoggedEvent>()
            .AsNoTracking()
            .Where(row => streamIds.Contains(row.StreamId) && row.StreamVersion != null)
            .OrderBy(row => row.Position)
            .ToListAsync(cancellationToken);
        var partial = live.GroupBy(row => row.StreamId)
            .Where(stream => stream.First().StreamVersion > 1)
            .Select(stream => stream.Key)
            .ToList();
        var archives = new AuditedArchives();
        var archived = await db.ArchivedEventsOf(partial, _ => true, archives, cancellationToken);
        var all = ReadArchived.Merge(live, archived, int.MaxValue);
        await db.Decrypt(all, cancellationToken);
        return (all.ToLookup(row => row.StreamId), await db.UnreadableAmong(partial, archives, cancellationToken));
    }

    /// <summary>Returns the position of the first event that is not earlier than an instant; null if there is none.</summary>
    public static async Task<long?> FirstPositionSince(
        this DbContext db,
        DateTimeOffset instant,
        CancellationToken cancellationToken
    )
    {
        var live = await db.Set<LoggedEvent>()
            .Where(row => row.Timestamp >= instant)
            .MinAsync(row => row.Position, cancellationToken);
        return await db.FirstArchivedSince(instant, live, cancellationToken);
    }

    /// <summary>Returns a stream's events of one type, whether numbered or not.</summary>
    /// <remarks>
    /// For consumers: in another queue a message may overtake the event that caused it, but that event was in the log first.
    /// </remarks>
    public static async Task<List<T>> ReadStream<T>(
        this DbContext db,
        string streamId,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var found = await db.EventsOf<T>(
            db.Set<LoggedEvent>().Where(row => row.StreamId == streamId),
            [streamId],
            cancellationToken
        );
        return found.ConvertAll(read => (T)read.Event);
    }

    /// <summary>Returns the numbered events of one type in some streams.</summary>
    public static async Task<List<ReadEvent>> ReadStreams<T>(
        this DbContext db,
        IReadOnlyCollection<string> streamIds,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var found = await db.EventsOf<T>(
            db.Set<LoggedEvent>().Where(row => streamIds.Contains(row.StreamId)),
            streamIds,
            cancellationToken
        );
        return found.FindAll(read => read.Logged.Position is not null);
    }

    static async Task<List<ReadEvent>> EventsOf<T>(
        this DbContext db,
        IQueryable<LoggedEvent> streams,
        IReadOnlyCollection<string> streamIds,
        CancellationToken cancellationToken
    )
    {
        var catalogue = EventCatalogue.Published;
        var wanted = catalogue.Find(typeof(T)) ?? throw new ArgumentException($"{typeof(T)} is not an event.");
        // With the first event of each stream: if it is in the table, then no archive has events of the stream.
        var events = streams.AsNoTracking().Where(row => row.EventType == wanted.Name || row.StreamVersion == 1);
        // Two indexes: one for the events that have their positions, one for the few that await them.
        var live = await events
            .Where(row => row.StreamVersion != null)
            .Concat(events.Where(row => row.Position == null))
            .ToListAsync(cancellationToken);
        var whole = live.Where(row => row.StreamVersion == 1).Select(row => row.StreamId).ToHashSet();
        var archived = await db.ArchivedEventsOf(
            [.. streamIds.Where(stream => !whole.Contains(stream))],
            key => key.EventType == wanted.Name,
            null,
            cancellationToken
        );
        var found = archived.UnionBy(live, row => row.EventId).Where(row => row.EventType == wanted.Name).ToList();
        await db.Decrypt(found, cancellationToken);
        return found.ConvertAll(row => new ReadEvent(
            row,
            catalogue.Read(row, wanted) ?? throw new UnknownEventException(row)
        ));
    }

    /// <summary>Returns the last assigned position; 0 when there is none.</summary>
    /// <remarks>The last event of a stream is never archived, so the table has the last event of the log.</remarks>
    public static async Task<long> LastPosition(this DbContext db, CancellationToken cancellationToken) =>
        await db.Set<LoggedEvent>().MaxAsync(row => row.Position, cancellationToken) ?? 0;
}
