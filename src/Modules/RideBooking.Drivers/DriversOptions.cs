using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Drivers;

/// <summary>What drivers get.</summary>
/// <param name="Share">The driver's part of a completed ride's fare, 0 to 1; from <c>Drivers:Share</c>.</param>
internal sealed record DriversOptions(decimal Share)
{
    public static DriversOptions Read(IConfiguration configuration) =>
        new(configuration.Number("Drivers:Share", otherwise: 0.80m, least: 0, most: 1));
}
