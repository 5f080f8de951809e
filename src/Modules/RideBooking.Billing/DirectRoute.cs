using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Estimates routes without a map.</summary>
/// <remarks>The great circle (haversine), extended by the average detour of streets, at a city's average speed.</remarks>
internal sealed class DirectRoute : IRouteEstimator
{
    const double DetourFactor = 1.3;
    const double MetersPerSecond = 30 / 3.6;

    public RouteEstimate Estimate(Place from, Place to)
    {
        var meters = GreatCircle.Meters(from.Lat, from.Lng, to.Lat, to.Lng) * DetourFactor;
        return new RouteEstimate((int)Math.Round(meters), (int)Math.Round(meters / MetersPerSecond));
    }
}
