using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>The settings of drivers: their shares and the plausibility of their positions.</summary>
/// <param name="Share">The driver's part of a completed ride's fare without tolls, 0 to 1; from <c>Drivers:Share</c>.</param>
/// <param name="CancellationShare">The driver's part of a cancellation or no-show fee, 0 to 1; from <c>Drivers:CancellationShare</c>.</param>
/// <param name="Positions">
/// The limits of plausible location reports; from <c>Drivers:MaxSpeedKmh</c> and <c>Drivers:LocationToleranceKm</c>.
/// </param>
/// <param name="MaxPositionAge">
/// How long after their last report a driver still receives offers; from <c>Matching:MaxPositionAge</c>.
/// </param>
internal sealed record DriversOptions(
    decimal Share,
    decimal CancellationShare,
    PositionRules Positions,
    TimeSpan MaxPositionAge
)
{
    public static DriversOptions Read(IConfiguration configuration) =>
        new(
            configuration.Number("Drivers:Share", otherwise: 0.80m, least: 0, most: 1),
            configuration.Number("Drivers:CancellationShare", otherwise: 0.80m, least: 0, most: 1),
            new PositionRules(
                (double)configuration.Number("Drivers:MaxSpeedKmh", otherwise: 250, least: 1, most: 2_000) / 3.6,
                (double)configuration.Number("Drivers:LocationToleranceKm", otherwise: 20, least: 0.1m, most: 500)
                    * 1000
            ),
            configuration.Span("Matching:MaxPositionAge", TimeSpan.FromMinutes(5))
        );
}
