using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Archives;

namespace RideBooking.EventLog;

/// <summary>A place where the event log is not as it was written.</summary>
/// <param name="Position">The position.</param>
/// <param name="EventId">The event; null for a missing one.</param>
/// <param name="StreamId">Its stream; null for a missing one.</param>
/// <param name="Field"><c>position</c>, <c>streamVersion</c>, <c>hash</c> or <c>archive</c>.</param>
/// <param name="Expected">What is expected there.</param>
/// <param name="Actual">What is there; null for nothing.</param>
public sealed record LogDeviation(
    long Position,
    Guid? EventId,
    string? StreamId,
    string Field,
    string Expected,
    string? Actual
);

/// <summary>Verifies that no event of the log is missing, added or changed.</summary>
public static class VerifyLog
{
    /// <summary>Verifies the events after a position, in order.</summary>
    /// <param name="db">Reads the log.</param>
    /// <param name="after">The position up to which the log was verified.</param>
    /// <param name="chained">Events up to this position must have a hash, see <see cref="HashChain.LastChained"/>.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The events, and what is wrong with them.</returns>
    public static async Task<(IReadOnlyList<LoggedEvent> Events, IReadOnlyList<LogDeviation> Deviations)> Verify(
        this DbContext db,
        long after,
        long chained,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var archives = new AuditedArchives();
        var links = await db.WithArchived(
            await db.ReadLinks(after, limit, cancellationToken),
            after,
            limit,
            archives,
            cancellationToken
        );
        var deviations = new List<LogDeviation>();
        var next = after + 1;
        foreach (var link in links)
        {
            var position = link.Event.Position!.Value;
            if (position != next && !archives.Damaged.Any(damage => damage.Covers(next)))
                deviations.Add(new LogDeviation(next, null, null, "position", $"{next}", $"{position}"));
            next = position + 1;
            if (position <= chained && link.IsVerifiable && Check(link) is { } deviation)
                deviations.Add(deviation);
        }
        // Each is reported once, where it begins.
        foreach (
            var damage in archives.Damaged.Where(it =>
                it.Archive.FirstPosition > after && it.Archive.FirstPosition < next
            )
        )
            deviations.Add(
                new LogDeviation(
                    damage.Archive.FirstPosition,
                    null,
                    null,
                    "archive",
                    $"{damage.Archive.Events} events up to position {damage.Archive.LastPosition} in the archive {damage.Archive.Id}",
                    damage.Found
                )
            );
        return (links.ConvertAll(link => link.Event), deviations);
    }

    /// <summary>Verifies that the log ends where its head says.</summary>
    public static async Task<LogDeviation?> VerifyEnd(this DbContext db, CancellationToken cancellationToken)
    {
        var end = await db.Set<LogHead>()
            .Select(head => new
            {
                Expected = head.Position,
                Actual = db.Set<LoggedEvent>().Max(row => row.Position) ?? 0,
            })
            .SingleAsync(cancellationToken);
        return end.Expected == end.Actual
            ? null
            : new LogDeviation(
                Math.Min(end.Expected, end.Actual) + 1,
                null,
                null,
                "position",
                $"{end.Expected}",
                $"{end.Actual}"
            );
    }

    static LogDeviation? Check(ChainLink link)
    {
        var logged = link.Event;
        if (logged.StreamVersion > 1 && link.PreviousHash is null)
            return Deviation("streamVersion", $"{logged.StreamVersion - 1} before {logged.StreamVersion}", null);
        var actual = Convert.ToHexStringLower(HashChain.Of(logged, link.PreviousHash));
        var expected = link.Hash is null ? null : Convert.ToHexStringLower(link.Hash);
        return actual == expected
            ? null
            : Deviation("hash", expected ?? "a hash", link.IsArchived ? $"{actual} (archived)" : actual);

        LogDeviation Deviation(string field, string wanted, string? found) =>
            new(logged.Position!.Value, logged.EventId, logged.StreamId, field, wanted, found);
    }
}
