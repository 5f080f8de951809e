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
