using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Positions;

/// <summary>The outcome of a location report.</summary>
public enum ReportOutcome
{
    /// <summary>The report is now the driver's position.</summary>
    Used,

    /// <summary>A newer report is known.</summary>
    Older,

    /// <summary>The driver cannot be there.</summary>
    Implausible,
}

/// <summary>Decides which location reports are accepted.</summary>
/// <param name="MaxSpeed">The maximum speed of a driver, metres per second.</param>
/// <param name="Tolerance">The maximum distance of two reports regardless of the time between them, metres.</param>
public sealed record PositionRules(double MaxSpeed, double Tolerance)
{
    /// <summary>
    /// Reads <c>Matching:MaxPositionAge</c>: how long after their last report a driver still receives offers.
    /// </summary>
    public static TimeSpan ReadMaxAge(IConfiguration configuration) =>
        configuration.Span("Matching:MaxPositionAge", TimeSpan.FromMinutes(1));

    /// <summary>The maximum sequence: the greatest integer that every JSON reader represents exactly.</summary>
    public const long MaxSequence = (1L << 53) - 1;

    /// <summary>The maximum delay of a report.</summary>
    /// <remarks>
    /// After this time without a report, any sequence is accepted next. So no sequence, however great, blocks an app for
    /// longer.
    /// </remarks>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    /// <summary>The number of successive reports from one implausible place that confirm it.</summary>
    public const int Confirmations = 3;

    /// <summary>The min time between the first and the last of those reports.</summary>
    /// <remarks>A disturbed receiver reports the same place many times a second.</remarks>
    public static readonly TimeSpan ConfirmationTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The maximum ordinary step of a sequence; a greater one may be an outlier. Apps may count in milliseconds.
    /// </summary>
    internal const long Leap = 1_000_000;

    /// <summary>
    /// The maximum distances at which a sequence counts as close to the start of a shift, or to the last one of the previous
    /// shift.
    /// </summary>
    const long NearStart = 100;
    const long NearFormer = 1_000;

    /// <summary>Whether this is the place that devices report without a fix: 0°, 0°, in the Gulf of Guinea.</summary>
    public static bool IsZero(double lat, double lng) => Math.Abs(lat) < 0.001 && Math.Abs(lng) < 0.001;

    /// <summary>Judges a report by the known position.</summary>
    internal ReportOutcome Judge(DriverPosition known, DriverPosition report)
    {
        if (!IsNewer(known, report))
            return ReportOutcome.Older;

        var elapsed = Math.Max(0, (report.At - known.At).TotalSeconds);
        if (GreatCircle.Meters(known.Lat, known.Lng, report.Lat, report.Lng) <= Tolerance + MaxSpeed * elapsed)
            return ReportOutcome.Used;
        return
            ConfirmsDoubtedPosition(known, report)
            && known.Doubts + 1 >= Confirmations
            && report.At - known.DoubtedSince >= ConfirmationTime
            ? ReportOutcome.Used
            : ReportOutcome.Implausible;
    }

    /// <summary>Whether the report repeats the place that was doubted last, and is not the same report again.</summary>
    internal bool ConfirmsDoubtedPosition(DriverPosition known, DriverPosition report) =>
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

        // Sent before the shift began, and received after its start.
        return !(
            HasJustRestarted(known, report)
            && report.Sequence <= known.SequenceBeforeShift
            && report.Sequence - known.Sequence > NearStart
        );
    }

    /// <summary>
    /// Returns the sequence to keep before a gap: null unless this report is so far ahead that it may be an outlier.
    /// </summary>
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
