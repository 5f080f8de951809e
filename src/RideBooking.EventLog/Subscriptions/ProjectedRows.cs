using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>Selects what belongs to a generation of a projection.</summary>
public static class ProjectedRows
{
    /// <summary>Returns the rows of one generation, live or not.</summary>
    public static IQueryable<TRow> Rows<TRow>(this DbContext db, int generation)
        where TRow : class, IProjectedRow
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<TRow>().IgnoreQueryFilters().Where(row => row.Generation == generation);
    }

    /// <summary>Deletes rows of one generation, the first by their key.</summary>
    /// <returns>How many were deleted; fewer than the limit means that none are left.</returns>
    public static Task<int> DeleteRows<TRow>(
        this DbContext db,
        int generation,
        int limit,
        CancellationToken cancellationToken
    )
        where TRow : class, IProjectedRow
    {
        ArgumentNullException.ThrowIfNull(db);
        var rows = db.Rows<TRow>(generation).OrderBy(row => row.Generation);
        foreach (var part in db.Model.FindEntityType(typeof(TRow))!.FindPrimaryKey()!.Properties)
            if (part.Name is var name and not nameof(IProjectedRow.Generation))
                rows = rows.ThenBy(row => EF.Property<object>(row, name));
        return rows.Take(limit).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Runs queries that must all see the same generations of some projections.</summary>
    /// <remarks>A query sees one generation. If a replay replaces it between two queries, they run again.</remarks>
    public static async Task<T> InOneGeneration<T>(
        this DbContext db,
        IReadOnlyCollection<string> projections,
        Func<Task<T>> queries,
        CancellationToken cancellationToken
    )
    {
        var before = await Live();
        while (true)
        {
            var result = await queries();
            var after = await Live();
            if (after.SequenceEqual(before))
                return result;
            before = after;
        }

        Task<List<string>> Live() =>
            db.Set<Subscription>()
                .Where(row => row.IsLive && projections.Contains(row.Name))
                .OrderBy(row => row.Name)
                .Select(row => row.Name + " " + row.Generation)
                .ToListAsync(cancellationToken);
    }

    /// <summary>Returns the parked events of the live generations.</summary>
    public static IQueryable<ParkedEvent> LiveParkedEvents(this DbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<ParkedEvent>()
            .Where(parked =>
                db.Set<Subscription>()
                    .Any(row => row.Name == parked.Subscription && row.Generation == parked.Generation && row.IsLive)
            );
    }
}
