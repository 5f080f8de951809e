using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog;

/// <summary>
/// Gives committed events their positions and stream versions. Identity columns leave gaps and commit out of order, so a
/// reader that trusts them loses events; numbers given after the commit, under one lock, have neither fault.
/// </summary>
public static class Sequencer
{
    const int BatchSize = 500;

    /// <summary>
    /// Numbers every event committed before the call. Safe to run in many processes at once: the head row is the lock.
    /// </summary>
    /// <returns>How many events were numbered.</returns>
    public static async Task<int> CatchUp(DbContext db, CancellationToken stop)
    {
        var total = 0;
        while (await Pending(db).AnyAsync(stop))
        {
            var strategy = db.Database.CreateExecutionStrategy();
            total += await strategy.ExecuteAsync(() => NumberBatch(db, stop));
        }
        return total;
    }

    static IQueryable<LoggedEvent> Pending(DbContext db) =>
        db.Set<LoggedEvent>().Where(row => row.Position == null).OrderBy(row => row.Sequence);

    static async Task<int> NumberBatch(DbContext db, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);

        // Writing the head row first makes every other sequencer wait here until this one has committed.
        await db.Set<LogHead>()
            .ExecuteUpdateAsync(row => row.SetProperty(head => head.Position, head => head.Position), stop);
        var head = await db.Set<LogHead>().SingleAsync(stop);
        var batch = await Pending(db).AsTracking().Take(BatchSize).ToListAsync(stop);

        var streams = batch.Select(row => row.StreamId).Distinct().ToList();
        var versions = await db.Set<LoggedEvent>()
            .Where(row => streams.Contains(row.StreamId) && row.StreamVersion != null)
            .GroupBy(row => row.StreamId)
            .Select(stream => new { stream.Key, Last = stream.Max(row => row.StreamVersion) })
            .ToDictionaryAsync(stream => stream.Key, stream => stream.Last!.Value, stop);

        foreach (var row in batch)
        {
            row.Position = ++head.Position;
            row.StreamVersion = versions[row.StreamId] = versions.GetValueOrDefault(row.StreamId) + 1;
        }

        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        db.ChangeTracker.Clear();
        return batch.Count;
    }
}
