using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Matching;

/// <summary>The settings of matching.</summary>
/// <param name="OfferTimeout">
/// How long a driver may consider an offer, and how long one who did not answer is not offered the same ride again; from
/// <c>Matching:OfferTimeout</c>.
/// </param>
/// <param name="MaxRadiusKm">The maximum distance of a driver from the pickup; from <c>Matching:MaxRadiusKm</c>.</param>
/// <param name="MaxPositionAge">
/// How long after their last report a driver still receives offers; from <c>Matching:MaxPositionAge</c>.
/// </param>
/// <param name="MaxMissedOffers">
/// After how many unanswered offers in a row a driver's shift ends; from <c>Matching:MaxMissedOffers</c>.
/// </param>
/// <param name="SearchAgainAfter">
/// The minimum time between two attempts of an open search; from <c>Matching:SearchAgainAfter</c>.
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
            (double)configuration.Number("Matching:MaxRadiusKm", otherwise: 15, least: 0.1m, most: 500),
            configuration.Span("Matching:MaxPositionAge", TimeSpan.FromMinutes(5)),
            (int)configuration.Number("Matching:MaxMissedOffers", otherwise: 3, least: 1, most: 100),
            configuration.Span("Matching:SearchAgainAfter", TimeSpan.FromSeconds(5))
        );
}
