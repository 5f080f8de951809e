using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>The limit of a rider's credit.</summary>
/// <param name="MaxUnpaidRides">
/// <c>Rides:MaxUnpaidRides</c>: the maximum number of rides in payment retry with which a rider may still request another.
/// </param>
internal sealed record RideLimits(int MaxUnpaidRides)
{
    public static RideLimits Read(IConfiguration configuration) =>
        new((int)configuration.Number("Rides:MaxUnpaidRides", defaultValue: 1, min: 0, max: 100));
}
