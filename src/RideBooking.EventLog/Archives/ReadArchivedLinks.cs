using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Archives;

/// <summary>Adds archived events to those of the log's table, with the hashes that they are verified by.</summary>
static class ReadArchivedLinks
{
    /// <summary>Returns up to a number of events after a position, in order.</summary>
    /// <param name="db">Reads the archives and the hashes, which stay in their table.</param>
    /// <param name="live">The events of the table.</param>
    /// <param name="after">The position.</param>
    /// <param name="limit">The maximum number of events, by which <paramref name="live"/> is limited, too.</param>
    /// <param name="audited">Reads the archives.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    public static async Task<List<ChainLink>> WithArchived(
        this DbContext db,
        List<ChainLink> live,
        long after,
        int limit,
        AuditedArchives audited,
        CancellationToken cancellationToken
    )
    {
        var end = live.Count == limit ? live[^1].Event.Position!.Value : long.MaxValue;
        var archived = await db.ArchivedBetween(new EventFilter(after), end, limit, audited, cancellationToken);
        var known = live.ToDictionary(link => link.Event.Position!.Value);
        var events = ReadArchived.Merge(live.ConvertAll(link => link.Event), archived, limit);

        // Also the first event in the table may follow an archived one.
        var incomplete = events
            .Where(row =>
                !known.TryGetValue(row.Position!.Value, out var link)
                || (link.PreviousHash is null && row.StreamVersion > 1)
            )
            .ToLookup(row => (row.StreamId, row.StreamVersion ?? 0));
        if (incomplete.Count == 0)
            return live;
        var streams = incomplete.Select(rows => rows.Key.StreamId).Distinct().ToList();
        var before = (
            await db.ArchivedEventsOf(
                streams,
                key => incomplete.Contains((key.StreamId, key.StreamVersion + 1)),
                audited,
                cancellationToken
            )
        ).ToDictionary(row => (row.StreamId, row.StreamVersion!.Value), row => row.Position!.Value);
        var unreadable = await db.UnreadableAmong(streams, audited, cancellationToken);
        var positions = incomplete.SelectMany(rows => rows).Select(row => row.Position!.Value);
        var hashes = await Hashes(db, [.. before.Values.Concat(positions).Distinct()], cancellationToken);
        // Someone may have removed the version of an event, or given it that of another: the hash tells.
        return events.ConvertAll(row =>
            incomplete.Contains((row.StreamId, row.StreamVersion ?? 0))
                ? new ChainLink(row, hashes.GetValueOrDefault(row.Position!.Value), HashBefore(row))
                {
                    IsArchived = !known.ContainsKey(row.Position.Value),
                    IsVerifiable = !unreadable.Contains(row.StreamId),
                }
                : known[row.Position!.Value]
        );

        byte[]? HashBefore(LoggedEvent row) =>
            row.StreamVersion is { } version && before.TryGetValue((row.StreamId, version - 1), out var position)
                ? hashes.GetValueOrDefault(position)
                : null;
    }

    static async Task<Dictionary<long, byte[]>> Hashes(
        DbContext db,
        List<long> positions,
        CancellationToken cancellationToken
    )
    {
        var hashes = new Dictionary<long, byte[]>();
        foreach (var batch in positions.Chunk(HashChain.BatchSize))
        foreach (
            var row in await db.Set<EventHash>()
                .AsNoTracking()
                .Where(row => batch.Contains(row.Position))
                .ToListAsync(cancellationToken)
        )
            hashes.Add(row.Position, row.Hash);
        return hashes;
    }
}
