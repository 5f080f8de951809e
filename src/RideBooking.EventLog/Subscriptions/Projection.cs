using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>A projection that folds events into rows, each found by a key that the event contains.</summary>
/// <remarks>
/// The rows of a batch are loaded by one query and written by one SaveChanges, however many events change them.
/// </remarks>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="TKey">Its primary key, beside the generation.</typeparam>
/// <param name="keyOf">The row's key.</param>
public abstract class Projection<TRow, TKey>(Expression<Func<TRow, TKey>> keyOf) : IProjection
    where TRow : class, IProjectedRow
    where TKey : notnull
{
    readonly string _keyName = ((MemberExpression)keyOf.Body).Member.Name;
    readonly Func<TRow, TKey> _keyOf = keyOf.Compile();
    readonly Dictionary<Type, Step> _steps = [];

    /// <inheritdoc />
    public string Name => TRow.Projection;

    /// <inheritdoc />
    public IReadOnlyCollection<Type> Events => _steps.Keys;

    /// <summary>Declares how an event changes its row.</summary>
    /// <param name="key">Returns the row's key.</param>
    /// <param name="create">Creates the row, if the event is the first of its row.</param>
    /// <param name="apply">Changes the row.</param>
    protected void On<TEvent>(Func<TEvent, TKey> key, Func<TEvent, TRow> create, Action<TRow, TEvent> apply)
        where TEvent : class =>
        _steps.Add(
            typeof(TEvent),
            new Step(e => key((TEvent)e), e => create((TEvent)e), (row, e) => apply(row, (TEvent)e))
        );

    /// <inheritdoc />
    public async Task Apply(
        DbContext db,
        int generation,
        IReadOnlyList<ReadEvent> events,
        CancellationToken cancellationToken
    )
    {
        var steps = events.Select(read => (Step: _steps[read.Event.GetType()], read.Event)).ToList();
        var keys = steps.Select(each => each.Step.Key(each.Event)).Distinct().ToList();
        var rows = await db.Rows<TRow>(generation)
            .Where(row => keys.Contains(EF.Property<TKey>(row, _keyName)))
            .ToDictionaryAsync(_keyOf, cancellationToken);
        foreach (var (step, e) in steps)
        {
            var key = step.Key(e);
            if (!rows.TryGetValue(key, out var row))
            {
                row = step.Create(e);
                row.Generation = generation;
                db.Add(row);
                rows.Add(key, row);
            }
            step.Apply(row, e);
        }
    }

    /// <inheritdoc />
    public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
        db.DeleteRows<TRow>(generation, limit, cancellationToken);

    /// <inheritdoc />
    /// <remarks>
    /// PostgreSQL keeps the plan of a prepared statement until the table is analyzed. A plan that it made while the table was
    /// empty scans all rows for each row that is updated.
    /// </remarks>
    public Task UpdateStatistics(DbContext db, CancellationToken cancellationToken)
    {
        if (db.Database.ProviderName != ProviderName.Postgres)
            return Task.CompletedTask;
        var analyze = $"ANALYZE {NumberingStatements.Table<TRow>(db)}";
        return db.Database.ExecuteSqlRawAsync(analyze, cancellationToken);
    }

    sealed record Step(Func<object, TKey> Key, Func<object, TRow> Create, Action<TRow, object> Apply);
}
