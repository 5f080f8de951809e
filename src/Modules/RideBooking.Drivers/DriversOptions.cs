using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Drivers;

/// <summary>What drivers get.</summary>
/// <param name="Share">The driver's part of a completed ride's fare without tolls, 0 to 1; from <c>Drivers:Share</c>.</param>
/// <param name="CancellationShare">The driver's part of a cancellation or no-show fee, 0 to 1; from <c>Drivers:CancellationShare</c>.</param>
internal sealed record DriversOptions(decimal Share, decimal CancellationShare)
{
    public static DriversOptions Read(IConfiguration configuration) =>
        new(
            configuration.Number("Drivers:Share", otherwise: 0.80m, least: 0, most: 1),
            configuration.Number("Drivers:CancellationShare", otherwise: 0.80m, least: 0, most: 1)
        );
}
