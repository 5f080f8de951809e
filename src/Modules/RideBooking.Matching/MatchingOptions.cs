using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>The settings of matching.</summary>
/// <param name="OfferTimeout">
/// <c>Matching:OfferTimeout</c>: how long a driver may consider an offer, and how long one who did not answer is not offered the
/// same ride again.
/// </param>
/// <param name="MaxRadiusKm"><c>Matching:MaxRadiusKm</c>: the maximum distance of a driver from the pickup.</param>
/// <param name="MaxPositionAge">
/// <c>Matching:MaxPositionAge</c>: how long after their last report a driver still receives offers.
/// </param>
/// <param name="MaxMissedOffers">
/// <c>Matching:MaxMissedOffers</c>: after how many unanswered offers in a row a driver's shift ends.
/// </param>
/// <param name="SearchAgainAfter">
/// <c>Matching:SearchAgainAfter</c>: the minimum time between two attempts of an open search.
/// </param>
internal sealed record MatchingOptions(
    TimeSpan OfferTimeout,
    double MaxRadiusKm,
    TimeSpan MaxPositionAge,
    int MaxMissedOffers,
    TimeSpan SearchAgainAfter
)
{
    public double MaxRadiusMeters => MaxRadiusKm * 1000;

    public static MatchingOptions Read(IConfiguration configuration) =>
        new(
            configuration.Span("Matching:OfferTimeout", TimeSpan.FromSeconds(20)),
            (double)configuration.Number("Matching:MaxRadiusKm", defaultValue: 15, min: 0.1m, max: 500),
            PositionRules.ReadMaxAge(configuration),
            (int)configuration.Number("Matching:MaxMissedOffers", defaultValue: 3, min: 1, max: 100),
            configuration.Span("Matching:SearchAgainAfter", TimeSpan.FromSeconds(5))
        );
}
