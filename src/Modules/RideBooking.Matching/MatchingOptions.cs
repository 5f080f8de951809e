using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Matching;

/// <summary>How matching goes about it.</summary>
/// <param name="OfferTimeout">How long a driver may think an offer over; from <c>Matching:OfferTimeout</c>.</param>
/// <param name="MaxRadiusKm">How far from the pickup a driver may be; from <c>Matching:MaxRadiusKm</c>.</param>
internal sealed record MatchingOptions(TimeSpan OfferTimeout, double MaxRadiusKm)
{
    public double MaxRadiusMeters => MaxRadiusKm * 1000;

    public static MatchingOptions Read(IConfiguration configuration) =>
        new(
            configuration.Span("Matching:OfferTimeout", TimeSpan.FromSeconds(20)),
            (double)configuration.Number("Matching:MaxRadiusKm", otherwise: 15, least: 0.1m, most: 500)
        );
}
