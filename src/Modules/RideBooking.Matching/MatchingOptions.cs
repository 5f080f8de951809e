using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Matching;

/// <summary>How matching goes about it.</summary>
/// <param name="OfferTimeout">
/// How long a driver may think an offer over, and how long one who did not answer is not asked again for the same ride; from
/// <c>Matching:OfferTimeout</c>.
/// </param>
/// <param name="MaxRadiusKm">How far from the pickup a driver may be; from <c>Matching:MaxRadiusKm</c>.</param>
/// <param name="MaxPositionAge">
/// How long after the last sign of them a driver is still offered rides; from <c>Matching:MaxPositionAge</c>.
/// </param>
/// <param name="MaxMissedOffers">
/// After how many unanswered offers in a row a driver is taken off duty; from <c>Matching:MaxMissedOffers</c>.
/// </param>
/// <param name="SearchAgainAfter">
/// How long an open search waits at least before it looks at the drivers again; from <c>Matching:SearchAgainAfter</c>.
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
