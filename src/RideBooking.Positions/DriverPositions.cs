using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;

namespace RideBooking.Positions;

/// <summary>Reads and writes the last known positions of drivers.</summary>
public static class DriverPositions
{
    /// <summary>Records a report if it is newer than the known position and the driver can be there.</summary>
    /// <remarks>
    /// In the common case it is one conditional update. An unusual report is compared with the row first, and written only if
    /// the row has not changed meanwhile.
    /// </remarks>
    /// <returns>The outcome of the report, and the sequence of the position that is known now.</returns>
    public static async Task<(ReportOutcome Outcome, long Sequence)> RecordPosition(
        this DbContext db,
        DriverPosition report,
        PositionRules rules,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(rules);
        while (true)
        {
            if (
                await Overwrite(
                    db.Known(report).FollowedBy(report, rules),
                    report,
                    sequenceBeforeLeap: null,
                    cancellationToken
                )
            )
                return (ReportOutcome.Used, report.Sequence);

            var known = await db.Known(report).SingleOrDefaultAsync(cancellationToken);
            if (known is null)
            {
                if (await TryInsert(db, report, cancellationToken))
                    return (ReportOutcome.Used, report.Sequence);
                continue;
            }

            var unchanged = db.Known(report).Where(row => row.Version == known.Version);
            switch (rules.Judge(known, report))
            {
                case ReportOutcome.Older:
                    return (ReportOutcome.Older, known.Sequence);
                case ReportOutcome.Implausible
                    when await RecordDoubt(
                        unchanged,
                        report,
                        rules.ConfirmsDoubtedPosition(known, report)
                            ? (known.Doubts + 1, known.DoubtedSince ?? report.At)
                            : (1, report.At),
                        cancellationToken
                    ):
                    return (ReportOutcome.Implausible, known.Sequence);
                case ReportOutcome.Used
                    when await Overwrite(
                        unchanged,
                        report,
                        PositionRules.SequenceBeforeLeap(known, report),
                        cancellationToken
                    ):
                    return (ReportOutcome.Used, report.Sequence);
                default:
                    continue; // Another report was written meanwhile.
            }
        }
    }

    /// <summary>Records the position at which a shift starts or restarts. The sequences restart with it.</summary>
    /// <remarks>An app that was restarted counts from its beginning.</remarks>
    public static async Task RestartPosition(
        this DbContext db,
        DriverPosition start,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(start);
        start.Sequence = DriverPosition.StartOfShift;
        start.RestartedAt = start.At;
        while (
            !await Restart(db.Known(start), start, cancellationToken) && !await TryInsert(db, start, cancellationToken)
        ) { }
    }

    /// <summary>Records that the driver showed activity without a report. Their position stays the same.</summary>
    public static Task MarkDriverActive(
        this DbContext db,
        string driverId,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<DriverPosition>()
            .Where(position => position.DriverId == driverId)
            .ExecuteUpdateAsync(row => row.SetProperty(position => position.ActiveAt, at), cancellationToken);
    }

    /// <summary>Selects the positions that were reported since an instant.</summary>
    public static IQueryable<DriverPosition> FreshSince(
        this IQueryable<DriverPosition> positions,
        DateTimeOffset since
    ) => positions.Where(position => position.At >= since);

    /// <summary>Selects the positions of drivers who have neither reported nor shown other activity since an instant.</summary>
    public static IQueryable<DriverPosition> SilentSince(
        this IQueryable<DriverPosition> positions,
        DateTimeOffset since
    ) => positions.Where(position => position.At < since && (position.ActiveAt == null || position.ActiveAt < since));

    /// <summary>Selects the positions in a box, by the index of cells.</summary>
    /// <remarks>
    /// A small box lists its cells: they fit it more closely than ranges, and a database can reuse the plan of the statement, which
    /// takes PostgreSQL as long as a part of the search.
    /// </remarks>
    public static IQueryable<DriverPosition> Within(this IQueryable<DriverPosition> positions, GeoBox box)
    {
        var cells = GeoCells.Touching(box);
        var band = (
            cells.Length > 0
                ? positions.Where(position => cells.Contains(position.Cell))
                : positions.Where(GeoCells.InAny(GeoCells.Covering(box)))
        ).Where(position => position.Lat >= box.South && position.Lat <= box.North);
        return box.CrossesAntimeridian
            ? band.Where(position => position.Lng >= box.West || position.Lng <= box.East)
            : band.Where(position => position.Lng >= box.West && position.Lng <= box.East);
    }

    static IQueryable<DriverPosition> Known(this DbContext db, DriverPosition report) =>
        db.Set<DriverPosition>().AsNoTracking().Where(known => known.DriverId == report.DriverId);

    /// <summary>
    /// Selects the positions that an ordinary report follows: one of the next sequences, not far away, and not right after a
    /// restart of the shift.
    /// </summary>
    /// <remarks>
    /// The circle is that of a flat map, and does not cross the 180th meridian. Reports that it misses are compared with the
    /// row.
    /// </remarks>
    static IQueryable<DriverPosition> FollowedBy(
        this IQueryable<DriverPosition> positions,
        DriverPosition report,
        PositionRules rules
    )
    {
        var radius = double.RadiansToDegrees(rules.Tolerance / GreatCircle.EarthRadiusMeters);
        var (shrink, limit) = (Math.Cos(double.DegreesToRadians(report.Lat)), radius * radius);
        var weight = shrink * shrink;
        var (lat, lng, sequence) = (report.Lat, report.Lng, report.Sequence);
        var (first, restart) = (sequence - PositionRules.Leap, report.At - PositionRules.MaxDelay);
        return positions
            .Where(known => known.Sequence < sequence && known.Sequence >= first)
            .Where(known => known.RestartedAt == null || known.RestartedAt < restart)
            .Where(known =>
                (known.Lat - lat) * (known.Lat - lat) + (known.Lng - lng) * (known.Lng - lng) * weight <= limit
            );
    }

    static async Task<bool> Overwrite(
        IQueryable<DriverPosition> which,
        DriverPosition report,
        long? sequenceBeforeLeap,
        CancellationToken cancellationToken
    )
    {
        var cell = GeoCells.Of(report.Lat, report.Lng);
        return await which.ExecuteUpdateAsync(
                row =>
                    row.SetProperty(known => known.Lat, report.Lat)
                        .SetProperty(known => known.Lng, report.Lng)
                        .SetProperty(known => known.Cell, cell)
                        .SetProperty(known => known.Heading, report.Heading)
                        .SetProperty(known => known.Sequence, report.Sequence)
                        .SetProperty(known => known.SequenceBeforeLeap, sequenceBeforeLeap)
                        .SetProperty(known => known.At, report.At)
                        .SetProperty(known => known.Doubts, 0)
                        .SetProperty(known => known.Version, known => known.Version + 1),
                cancellationToken
            ) == 1;
    }

    static async Task<bool> Restart(
        IQueryable<DriverPosition> which,
        DriverPosition start,
        CancellationToken cancellationToken
    )
    {
        var cell = GeoCells.Of(start.Lat, start.Lng);
        return await which.ExecuteUpdateAsync(
                row =>
                    row.SetProperty(known => known.Lat, start.Lat)
                        .SetProperty(known => known.Lng, start.Lng)
                        .SetProperty(known => known.Cell, cell)
                        .SetProperty(known => known.Heading, start.Heading)
                        // A restart before any report keeps the sequences of the previous shift.
                        .SetProperty(
                            known => known.SequenceBeforeShift,
                            known => known.Sequence < 0 ? known.SequenceBeforeShift : known.Sequence
                        )
                        .SetProperty(known => known.Sequence, start.Sequence)
                        .SetProperty(known => known.SequenceBeforeLeap, (long?)null)
                        .SetProperty(known => known.RestartedAt, start.RestartedAt)
                        .SetProperty(known => known.At, start.At)
                        .SetProperty(known => known.Doubts, 0)
                        .SetProperty(known => known.Version, known => known.Version + 1),
                cancellationToken
            ) == 1;
    }

    static async Task<bool> RecordDoubt(
        IQueryable<DriverPosition> which,
        DriverPosition report,
        (int Count, DateTimeOffset Since) doubts,
        CancellationToken cancellationToken
    ) =>
        await which.ExecuteUpdateAsync(
            row =>
                row.SetProperty(known => known.Doubts, doubts.Count)
                    .SetProperty(known => known.DoubtedSince, doubts.Since)
                    .SetProperty(known => known.DoubtedLat, report.Lat)
                    .SetProperty(known => known.DoubtedLng, report.Lng)
                    .SetProperty(known => known.DoubtedSequence, report.Sequence)
                    .SetProperty(known => known.Version, known => known.Version + 1),
            cancellationToken
        ) == 1;

    /// <summary>Inserts the row. False when another report created it first.</summary>
    static async Task<bool> TryInsert(DbContext db, DriverPosition report, CancellationToken cancellationToken)
    {
        report.Cell = GeoCells.Of(report.Lat, report.Lng);
        var entry = db.Add(report);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            if (!await db.Known(report).AnyAsync(cancellationToken))
                throw;
            return false;
        }
        finally
        {
            entry.State = EntityState.Detached;
        }
    }
}
