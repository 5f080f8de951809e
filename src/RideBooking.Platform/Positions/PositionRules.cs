namespace RideBooking.Platform.Positions;

/// <summary>What became of a location report.</summary>
public enum ReportOutcome
{
    /// <summary>It is the driver's position.</summary>
    Used,

    /// <summary>A newer one is known.</summary>
    Older,

    /// <summary>The driver cannot be there.</summary>
    Implausible,
}

/// <summary>Decides which location reports are believed.</summary>
/// <param name="MaxSpeed">How fast a driver can be, metres per second.</param>
/// <param name="Tolerance">How far two reports may be apart whatever the time between them, metres.</param>
public sealed record PositionRules(double MaxSpeed, double Tolerance)
{
    /// <summary>The greatest sequence: what every JSON reader can count to.</summary>
    public const long MaxSequence = (1L << 53) - 1;

    /// <summary>
    /// How long a report may be under way. Without a report for this long sequences count from what comes next, so that no
    /// sequence, however great, silences an app for longer.
    /// </summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    /// <summary>How many reports in a row from one implausible place show that the driver is there.</summary>
    public const int Confirmations = 3;

    /// <summary>
    /// The least time between the first and the last of those: a receiver that is led astray says the same many times a second.
    /// </summary>
    public static readonly TimeSpan ConfirmationTime = TimeSpan.FromSeconds(10);

    /// <summary>A step greater than this may be an outlier. Apps may count in milliseconds.</summary>
    internal const long Leap = 1_000_000;

    /// <summary>How near to its end a report of the former shift is counted, and how far from the start one of the new.</summary>
    const long NearStart = 100;
    const long NearFormer = 1_000;

    /// <summary>Whether this is where devices say they are when they do not know: 0°, 0°, in the Gulf of Guinea.</summary>
    public static bool IsNowhere(double lat, double lng) => Math.Abs(lat) < 0.001 && Math.Abs(lng) < 0.001;

    /// <summary>What to make of a report, given what is known.</summary>
    internal ReportOutcome Judge(DriverPosition known, DriverPosition report)
    {
        if (!IsNewer(known, report))
            return ReportOutcome.Older;

        var elapsed = Math.Max(0, (report.At - known.At).TotalSeconds);
        if (GreatCircle.Meters(known.Lat, known.Lng, report.Lat, report.Lng) <= Tolerance + MaxSpeed * elapsed)
            return ReportOutcome.Used;
        return
            IsDoubtedAgain(known, report)
            && known.Doubts + 1 >= Confirmations
            && report.At - known.DoubtedSince >= ConfirmationTime
            ? ReportOutcome.Used
            : ReportOutcome.Implausible;
    }

    /// <summary>Whether the report comes from the place that was doubted last, and is not the same report again.</summary>
    internal bool IsDoubtedAgain(DriverPosition known, DriverPosition report) =>
        known is { DoubtedLat: { } lat, DoubtedLng: { } lng, DoubtedSequence: { } sequence }
        && known.Doubts > 0
        && report.Sequence > sequence
        && GreatCircle.Meters(lat, lng, report.Lat, report.Lng) <= Tolerance;

    static bool IsNewer(DriverPosition known, DriverPosition report)
    {
        if (report.At - known.At > MaxDelay)
            return true;
        if (report.Sequence <= known.Sequence)
            return known.SequenceBeforeLeap is { } before
                && report.Sequence > before
                && report.Sequence - before < known.Sequence - report.Sequence;

        // Sent before the shift began and overtaken by its start.
        return !(
            HasJustRestarted(known, report)
            && report.Sequence <= known.SequenceBeforeShift
            && report.Sequence - known.Sequence > NearStart
        );
    }

    /// <summary>What to keep as the sequence before a leap: null unless this one is so far ahead that it may be an outlier.</summary>
    internal static long? SequenceBeforeLeap(DriverPosition known, DriverPosition report)
    {
        var step = report.Sequence - known.Sequence;
        var leaps =
            step > Leap
            || (
                step > NearStart
                && HasJustRestarted(known, report)
                && report.Sequence - known.SequenceBeforeShift <= NearFormer
            );
        return leaps ? known.SequenceBeforeLeap ?? known.Sequence : null;
    }

    static bool HasJustRestarted(DriverPosition known, DriverPosition report) =>
        known.SequenceBeforeShift is not null && report.At - known.RestartedAt <= MaxDelay;
}
