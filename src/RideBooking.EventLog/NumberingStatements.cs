using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace RideBooking.EventLog;

/// <summary>The set-based statement that numbers the pending events, in each database's SQL.</summary>
/// <remarks>
/// It must begin after the lock is held: a statement sees only what was committed when it began, and that must include the
/// previous sequencer's work.
/// </remarks>
sealed class NumberingStatements
{
    static readonly ConcurrentDictionary<IModel, NumberingStatements> s_known = new();

    readonly string _sql;

    NumberingStatements(string sql) => _sql = sql;

    /// <summary>Whether the statements, sent together, form one transaction without an explicit one.</summary>
    public bool AreATransaction { get; private init; }

    /// <summary>Whether the head still has to be moved to the last assigned position.</summary>
    public bool SkipHead { get; private init; }

    /// <summary>
    /// Numbers up to <see cref="Sequencer.BatchSize"/> events when enumerated, and returns them in no particular order.
    /// </summary>
    public IQueryable<LoggedEvent> Number(DbContext db) => db.Set<LoggedEvent>().FromSqlRaw(_sql).AsNoTracking();

    public static NumberingStatements Of(DbContext db) =>
        s_known.GetOrAdd(
            db.Model,
            _ =>
            {
                var (events, head) = (Table<LoggedEvent>(db), Table<LogHead>(db));
                return db.Database.ProviderName switch
                {
                    ProviderName.Postgres => OnPostgres(events, head),
                    ProviderName.SqlServer => OnSqlServer(events, head),
                    ProviderName.Sqlite => OnSqlite(events, head),
                    var provider => throw new NotSupportedException($"The event log cannot be numbered on {provider}."),
                };
            }
        );

    /// <summary>Returns the quoted name of an entity's table.</summary>
    public static string Table<T>(DbContext db)
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        return db.GetService<ISqlGenerationHelper>().DelimitIdentifier(entity.GetTableName()!, entity.GetSchema());
    }

    // The condition "no position" appears twice. The few pending events are then looked up by their index even while the log is
    // so small that PostgreSQL would prefer to scan all of it.
    static NumberingStatements OnPostgres(string events, string head) =>
        new(
            $"""
            DO $$ BEGIN PERFORM 1 FROM {head} FOR UPDATE; END $$;
            WITH batch AS MATERIALIZED (
                SELECT sequence, stream_id FROM {events} WHERE position IS NULL ORDER BY sequence LIMIT {Sequencer.BatchSize}
            ), numbers AS MATERIALIZED (
                SELECT batch.sequence,
                    (SELECT position FROM {head}) + ROW_NUMBER() OVER (ORDER BY batch.sequence) AS position,
                    COALESCE((SELECT MAX(known.stream_version) FROM {events} AS known WHERE known.stream_id = batch.stream_id AND known.stream_version IS NOT NULL), 0)
                        + ROW_NUMBER() OVER (PARTITION BY batch.stream_id ORDER BY batch.sequence) AS stream_version
                FROM batch
            ), numbered AS (
                UPDATE {events} AS logged
                SET position = numbers.position, stream_version = numbers.stream_version
                FROM numbers
                WHERE logged.sequence = numbers.sequence AND logged.position IS NULL
                RETURNING logged.*
            ), moved AS (
                UPDATE {head} SET position = (SELECT MAX(position) FROM numbers) WHERE EXISTS (SELECT 1 FROM numbers)
            )
            SELECT * FROM numbered
            """
        )
        {
            AreATransaction = true,
        };

    static NumberingStatements OnSqlServer(string events, string head) =>
        new(
            $"""
            UPDATE {head} SET position = position;
            WITH batch AS (
                SELECT TOP ({Sequencer.BatchSize}) sequence, stream_id FROM {events} WHERE position IS NULL ORDER BY sequence
            ), numbers AS (
                SELECT batch.sequence,
                    head.position + ROW_NUMBER() OVER (ORDER BY batch.sequence) AS position,
                    COALESCE(known.stream_version, 0)
                        + ROW_NUMBER() OVER (PARTITION BY batch.stream_id ORDER BY batch.sequence) AS stream_version
                FROM batch CROSS JOIN {head} AS head
                OUTER APPLY (SELECT MAX(stream_version) AS stream_version FROM {events} WHERE stream_id = batch.stream_id AND stream_version IS NOT NULL) AS known
            )
            UPDATE logged
            SET position = numbers.position, stream_version = numbers.stream_version
            OUTPUT inserted.*
            FROM {events} AS logged JOIN numbers ON numbers.sequence = logged.sequence
            WHERE logged.position IS NULL
            """
        )
        {
            SkipHead = true,
        };

    // The only writer has held the lock since its transaction began, so both statements see the same events.
    static NumberingStatements OnSqlite(string events, string head) =>
        new(
            $"""
            UPDATE {head} SET position = position +
                (SELECT COUNT(*) FROM (SELECT 1 FROM {events} WHERE position IS NULL ORDER BY sequence LIMIT {Sequencer.BatchSize}))
            WHERE EXISTS (SELECT 1 FROM {events} WHERE position IS NULL);
            UPDATE {events}
            SET position = numbers.position, stream_version = numbers.stream_version
            FROM (
                SELECT batch.sequence,
                    head.position - COUNT(*) OVER () + ROW_NUMBER() OVER (ORDER BY batch.sequence) AS position,
                    COALESCE((SELECT MAX(known.stream_version) FROM {events} AS known WHERE known.stream_id = batch.stream_id AND known.stream_version IS NOT NULL), 0)
                        + ROW_NUMBER() OVER (PARTITION BY batch.stream_id ORDER BY batch.sequence) AS stream_version
                FROM (
                    SELECT sequence, stream_id FROM {events} WHERE position IS NULL ORDER BY sequence LIMIT {Sequencer.BatchSize}
                ) AS batch CROSS JOIN {head} AS head
            ) AS numbers
            WHERE {events}.sequence = numbers.sequence
            RETURNING *
            """
        );
}
