namespace RideBooking.Positions;

/// <summary>The last known position of a driver. A driver in this table is not necessarily on duty.</summary>
/// <remarks>
/// It is the one table that modules share: positions are frequent, lossy data that are never sent over the bus. Drivers owns it
/// and writes the positions, Matching searches it for the nearest drivers and records when a driver answered, and Rides checks
/// by it what drivers report.
/// </remarks>
public sealed class DriverPosition
{
    /// <summary>The sequence at the start of a shift: every report is newer.</summary>
    internal const long StartOfShift = -1;

    /// <summary>The driver; one row each.</summary>
    public string DriverId { get; init; } = "";

    /// <summary>Latitude, degrees.</summary>
    public double Lat { get; set; }

    /// <summary>Longitude, degrees.</summary>
    public double Lng { get; set; }

    /// <summary>The cell of the map with this position (<see cref="GeoCells"/>), by which a search finds it.</summary>
    /// <remarks>A row of a version without cells has 0 until the driver's next report.</remarks>
    public long Cell { get; set; }

    /// <summary>The direction of the vehicle, degrees clockwise from north, if known.</summary>
    public double? Heading { get; set; }

    /// <summary>The driver app's count of its reports: a greater one is newer, regardless of when it arrives.</summary>
    public long Sequence { get; set; }

    /// <summary>When the report arrived.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>When the driver last showed activity without a report: answered an offer, ended a ride.</summary>
    public DateTimeOffset? ActiveAt { get; set; }

    /// <summary>
    /// The last sequence before the shift began. A report that follows it may have been sent before the start.
    /// </summary>
    public long? SequenceBeforeShift { get; set; }

    /// <summary>When the sequences last restarted.</summary>
    public DateTimeOffset? RestartedAt { get; set; }

    /// <summary>The sequence before a large gap; null when the last report followed the one before.</summary>
    /// <remarks>A lower sequence that continues this one shows that the gap was an outlier.</remarks>
    public long? SequenceBeforeLeap { get; set; }

    /// <summary>The number of successive reports from the same implausible place.</summary>
    public int Doubts { get; set; }

    /// <summary>The implausible place: latitude, degrees.</summary>
    public double? DoubtedLat { get; set; }

    /// <summary>The implausible place: longitude, degrees.</summary>
    public double? DoubtedLng { get; set; }

    /// <summary>When the first of those reports arrived.</summary>
    public DateTimeOffset? DoubtedSince { get; set; }

    /// <summary>The sequence of the last of those reports.</summary>
    public long? DoubtedSequence { get; set; }

    /// <summary>
    /// Changes with every write, so that a decision is written only if the row it was based on is unchanged.
    /// </summary>
    public int Version { get; set; }
}
