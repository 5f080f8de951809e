using Microsoft.EntityFrameworkCore;

namespace RideBooking.Platform.Positions;

/// <summary>Reads and writes the last known positions of drivers.</summary>
public static class DriverPositions
{
    /// <summary>
    /// Notes a position unless a newer one (by <see cref="DriverPosition.Sequence"/>) is known. One conditional update, at a
    /// driver's very first report followed by an insert: safe however many reports arrive at once.
    /// </summary>
    /// <returns>False when the report was older than, or as old as, what is known.</returns>
    public static async Task<bool> RecordPosition(this DbContext db, DriverPosition report, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(report);
        while (true)
        {
            if (await Overwrite(db.Known(report).Where(known => known.Sequence < report.Sequence), report, stop))
                return true;
            if (await db.Known(report).AnyAsync(stop))
                return false;
            if (await TryInsert(db, report, stop))
                return true;
        }
    }

    /// <summary>
    /// Notes the position at which a shift begins. Sequences start again with it: an app that was restarted counts from its
    /// beginning, and would otherwise report into the void until it had caught up with its former self.
    /// </summary>
    public static async Task RestartPosition(this DbContext db, DriverPosition start, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.Sequence = -1;
        while (!await Overwrite(db.Known(start), start, stop) && !await TryInsert(db, start, stop)) { }
    }

    /// <summary>The positions in a box.</summary>
    public static IQueryable<DriverPosition> Within(this IQueryable<DriverPosition> positions, GeoBox box)
    {
        var band = positions.Where(position => position.Lat >= box.South && position.Lat <= box.North);
        return box.CrossesAntimeridian
            ? band.Where(position => position.Lng >= box.West || position.Lng <= box.East)
            : band.Where(position => position.Lng >= box.West && position.Lng <= box.East);
    }

    /// <summary>
    /// Nearest first, as seen on a flat map: right for the first few of a neighbourhood, exact only after sorting those by
    /// <see cref="GreatCircle"/>. Plain arithmetic, because that is what every database has.
    /// </summary>
    public static IOrderedQueryable<DriverPosition> NearestFirst(
        this IQueryable<DriverPosition> positions,
        double lat,
        double lng
    )
    {
        // A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
        var shrink = Math.Cos(double.DegreesToRadians(lat));
        var weight = shrink * shrink;
        return positions.OrderBy(position =>
            (position.Lat - lat) * (position.Lat - lat)
            + weight
                * (
                    Math.Abs(position.Lng - lng) > 180
                        ? (360 - Math.Abs(position.Lng - lng)) * (360 - Math.Abs(position.Lng - lng))
                        : (position.Lng - lng) * (position.Lng - lng)
                )
        );
    }

    static IQueryable<DriverPosition> Known(this DbContext db, DriverPosition report) =>
        db.Set<DriverPosition>().AsNoTracking().Where(known => known.DriverId == report.DriverId);

    static async Task<bool> Overwrite(
        IQueryable<DriverPosition> which,
        DriverPosition report,
        CancellationToken stop
    ) =>
        await which.ExecuteUpdateAsync(
            row =>
                row.SetProperty(known => known.Lat, report.Lat)
                    .SetProperty(known => known.Lng, report.Lng)
                    .SetProperty(known => known.Heading, report.Heading)
                    .SetProperty(known => known.Sequence, report.Sequence)
                    .SetProperty(known => known.At, report.At),
            stop
        ) == 1;

    /// <summary>False when another report created the row first.</summary>
    static async Task<bool> TryInsert(DbContext db, DriverPosition report, CancellationToken stop)
    {
        var entry = db.Add(report);
        try
        {
            await db.SaveChangesAsync(stop);
            entry.State = EntityState.Detached;
            return true;
        }
        catch (DbUpdateException)
        {
            entry.State = EntityState.Detached;
            if (!await db.Known(report).AnyAsync(stop))
                throw;
            return false;
        }
    }
}
