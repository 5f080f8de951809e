using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog;

/// <summary>Assigns positions and stream versions to committed events.</summary>
/// <remarks>
/// Identity columns leave gaps and commit out of order, so a reader that relies on them loses events. Numbers assigned under
/// one lock, to events that are already committed, have neither fault.
/// </remarks>
public static class Sequencer
{
    /// <summary>The maximum number of events numbered at once.</summary>
    public const int BatchSize = 500;

    /// <summary>
    /// Numbers every event committed before the call. Safe to run in many processes at once: the head row is the lock.
    /// </summary>
    public static async Task CatchUp(DbContext db, CancellationToken cancellationToken)
    {
        if (!await HasPending(db, cancellationToken))
            return;
        while ((await NumberBatch(db, cancellationToken)).Count == BatchSize) { }
    }

    /// <summary>Whether any committed event awaits its position.</summary>
    public static Task<bool> HasPending(DbContext db, CancellationToken cancellationToken) =>
        db.Set<LoggedEvent>().AnyAsync(row => row.Position == null, cancellationToken);

    /// <summary>Numbers committed events, the oldest first, in its own transaction; on PostgreSQL in one round trip.</summary>
    /// <returns>The numbered events, in order. Fewer than <see cref="BatchSize"/> means that none are left.</returns>
    public static Task<List<LoggedEvent>> NumberBatch(DbContext db, CancellationToken cancellationToken)
    {
        var statements = NumberingStatements.Of(db);
        return db
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(async () =>
            {
                if (statements.AreATransaction)
                    return InOrder(await statements.Number(db).ToListAsync(cancellationToken));

                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                var numbered = InOrder(await statements.Number(db).ToListAsync(cancellationToken));
                if (statements.SkipHead && numbered.Count > 0)
                    await db.Set<LogHead>()
                        .ExecuteUpdateAsync(
                            row => row.SetProperty(head => head.Position, numbered[^1].Position!.Value),
                            cancellationToken
                        );
                await transaction.CommitAsync(cancellationToken);
                return numbered;
            });
    }

    /// <summary>
    /// Whether a transaction that appends events is the only writer, so that it can number them itself: on SQLite.
    /// </summary>
    internal static bool IsOnlyWriter(DbContext db) => db.Database.ProviderName == ProviderName.Sqlite;

    /// <summary>Numbers the events of the only writer's transaction, before it is committed.</summary>
    internal static async Task<List<LoggedEvent>> NumberOwn(DbContext db, CancellationToken cancellationToken)
    {
        var all = new List<LoggedEvent>();
        while (true)
        {
            var batch = InOrder(await NumberingStatements.Of(db).Number(db).ToListAsync(cancellationToken));
            all.AddRange(batch);
            if (batch.Count < BatchSize)
                return all;
        }
    }

    /// <summary>Numbers the events of the only writer's transaction, for synchronous callers.</summary>
    internal static List<LoggedEvent> NumberOwn(DbContext db)
    {
        var all = new List<LoggedEvent>();
        while (true)
        {
            var batch = InOrder([.. NumberingStatements.Of(db).Number(db)]);
            all.AddRange(batch);
            if (batch.Count < BatchSize)
                return all;
        }
    }

    // No database guarantees the order of the rows that an update returns.
    static List<LoggedEvent> InOrder(List<LoggedEvent> rows)
    {
        rows.Sort((one, other) => one.Position!.Value.CompareTo(other.Position!.Value));
        return rows;
    }
}
