using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>What a rider is lent.</summary>
/// <param name="MaxUnpaidRides"><c>Rides:MaxUnpaidRides</c>: how many rides whose payment is being retried a rider may have and still request another.</param>
internal sealed record RideLimits(int MaxUnpaidRides)
{
    public static RideLimits Read(IConfiguration configuration) =>
        new((int)configuration.Number("Rides:MaxUnpaidRides", otherwise: 1, least: 0, most: 100));
}
