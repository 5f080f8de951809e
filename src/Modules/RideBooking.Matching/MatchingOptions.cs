using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>How rides and drivers are matched.</summary>
internal enum MatchingMode
{
    /// <summary>Each ride is offered at once to the best driver for it.</summary>
    Exclusive,

    /// <summary>
    /// The rides of a short window are matched together, so that all pickups take the least time. Their offers are exclusive too.
    /// </summary>
    Batched,
}

/// <summary>The settings of matching.</summary>
/// <param name="Mode"><c>Matching:Mode</c>: how rides and drivers are matched.</param>
/// <param name="BatchWindow"><c>Matching:BatchWindow</c>: how long rides are collected for a batch.</param>
/// <param name="OfferTimeout">
/// <c>Matching:OfferTimeout</c>: how long a driver may consider an offer, and how long one who did not answer is not offered the
/// same ride again.
/// </param>
/// <param name="InitialRadiusKm">
/// <c>Matching:InitialRadiusKm</c>: the maximum distance of a driver from the pickup when a search begins. The radius grows by it.
/// </param>
/// <param name="MaxRadiusKm">
/// <c>Matching:MaxRadiusKm</c>: the maximum distance of a driver from the pickup, to which the radius grows.
/// </param>
/// <param name="WidenAfter">
/// <c>Matching:WidenAfter</c>: how often the radius grows; none for the maximum at once.
/// </param>
/// <param name="MaxPositionAge">
/// <c>Matching:MaxPositionAge</c>: how long after their last report a driver still receives offers.
/// </param>
/// <param name="MaxMissedOffers">
/// <c>Matching:MaxMissedOffers</c>: after how many unanswered offers in a row a driver's shift ends.
/// </param>
/// <param name="CoolDown">
/// <c>Matching:CoolDown</c>: how long a driver who left an offer unanswered is offered no ride; none for no pause.
/// </param>
/// <param name="FairnessMargin">
/// <c>Matching:FairnessMargin</c>: drivers who need less than this longer than the nearest are ranked by fairness; none to rank
/// by the time to the pickup alone.
/// </param>
/// <param name="DeclineWindow"><c>Matching:DeclineWindow</c>: how long declined offers lower a driver's rank.</param>
/// <param name="SearchAgainAfter">
/// <c>Matching:SearchAgainAfter</c>: the minimum time between two attempts of an open search.
/// </param>
/// <param name="KeepTraceFor"><c>Matching:KeepTraceFor</c>: how long match traces are kept.</param>
internal sealed record MatchingOptions(
    MatchingMode Mode,
    TimeSpan BatchWindow,
    TimeSpan OfferTimeout,
    double InitialRadiusKm,
    double MaxRadiusKm,
    TimeSpan WidenAfter,
    TimeSpan MaxPositionAge,
    int MaxMissedOffers,
    TimeSpan CoolDown,
    TimeSpan FairnessMargin,
    TimeSpan DeclineWindow,
    TimeSpan SearchAgainAfter,
    TimeSpan KeepTraceFor
)
{
    public bool IsBatched => Mode == MatchingMode.Batched;

    public double MaxRadiusMeters => MaxRadiusKm * 1000;

    /// <summary>How long a search lasts until its radius is the maximum.</summary>
    public TimeSpan FullyWidenedAfter => WidenAfter * Math.Max(0, Math.Ceiling(MaxRadiusKm / InitialRadiusKm) - 1);

    /// <summary>Returns the radius of a search that has lasted so long, metres. It never shrinks.</summary>
    public double RadiusMeters(TimeSpan waited)
    {
        if (WidenAfter == TimeSpan.Zero)
            return MaxRadiusMeters;
        var steps = Math.Max(0, Math.Floor(waited / WidenAfter));
        return Math.Min(MaxRadiusKm, InitialRadiusKm * (1 + steps)) * 1000;
    }

    public static MatchingOptions Read(IConfiguration configuration) =>
        new(
            configuration.Choice("Matching:Mode", MatchingMode.Exclusive),
            configuration.Span("Matching:BatchWindow", TimeSpan.FromSeconds(2)),
            configuration.Span("Matching:OfferTimeout", TimeSpan.FromSeconds(20)),
            (double)configuration.Number("Matching:InitialRadiusKm", defaultValue: 5, min: 0.1m, max: 500),
            (double)configuration.Number("Matching:MaxRadiusKm", defaultValue: 15, min: 0.1m, max: 500),
            configuration.SpanOrNone("Matching:WidenAfter", TimeSpan.FromSeconds(10)),
            PositionRules.ReadMaxAge(configuration),
            (int)configuration.Number("Matching:MaxMissedOffers", defaultValue: 3, min: 1, max: 100),
            configuration.SpanOrNone("Matching:CoolDown", TimeSpan.FromSeconds(30)),
            configuration.SpanOrNone("Matching:FairnessMargin", TimeSpan.FromSeconds(30)),
            configuration.Span("Matching:DeclineWindow", TimeSpan.FromHours(1)),
            configuration.Span("Matching:SearchAgainAfter", TimeSpan.FromSeconds(5)),
            configuration.Span("Matching:KeepTraceFor", TimeSpan.FromDays(30))
        );
}
