using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>The settings of drivers: their shares and the plausibility of their positions.</summary>
/// <param name="Share"><c>Drivers:Share</c>: the driver's part of a completed ride's fare without tolls, 0 to 1.</param>
/// <param name="CancellationShare">
/// <c>Drivers:CancellationShare</c>: the driver's part of a cancellation or no-show fee, 0 to 1.
/// </param>
/// <param name="Positions">
/// <c>Drivers:MaxSpeedKmh</c> and <c>Drivers:LocationToleranceKm</c>: the limits of plausible location reports.
/// </param>
/// <param name="MaxPositionAge">
/// <c>Matching:MaxPositionAge</c>: how long after their last report a driver still receives offers.
/// </param>
/// <param name="MaxSilence">
/// <c>Drivers:MaxSilence</c>: how long after their last sign of life a driver's shift ends; none for never.
/// </param>
internal sealed record DriversOptions(
    decimal Share,
    decimal CancellationShare,
    PositionRules Positions,
    TimeSpan MaxPositionAge,
    TimeSpan MaxSilence
)
{
    public static DriversOptions Read(IConfiguration configuration) =>
        new(
            configuration.Number("Drivers:Share", defaultValue: 0.80m, min: 0, max: 1),
            configuration.Number("Drivers:CancellationShare", defaultValue: 0.80m, min: 0, max: 1),
            new PositionRules(
                (double)configuration.Number("Drivers:MaxSpeedKmh", defaultValue: 250, min: 1, max: 2_000) / 3.6,
                (double)configuration.Number("Drivers:LocationToleranceKm", defaultValue: 20, min: 0.1m, max: 500)
                    * 1000
            ),
            PositionRules.ReadMaxAge(configuration),
            configuration.SpanOrNone("Drivers:MaxSilence", TimeSpan.FromMinutes(5))
        );
}
