using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Estimates routes without a map.</summary>
/// <remarks>The great circle (haversine), extended by the average detour of streets, at a city's average speed.</remarks>
internal sealed class DirectRoute : IRouteEstimator
{
    const double DetourFactor = 1.3;
    const double MetersPerSecond = 30 / 3.6;
    const double EarthRadiusMeters = 6_371_000;

    public RouteEstimate Estimate(Place from, Place to)
    {
        var meters = GreatCircleMeters(from, to) * DetourFactor;
        return new RouteEstimate((int)Math.Round(meters), (int)Math.Round(meters / MetersPerSecond));
    }

    static double GreatCircleMeters(Place from, Place to)
    {
        var (fromLat, toLat) = (double.DegreesToRadians(from.Lat), double.DegreesToRadians(to.Lat));
        var north = Math.Sin((toLat - fromLat) / 2);
        var east = Math.Sin(double.DegreesToRadians(to.Lng - from.Lng) / 2);
        var h = north * north + Math.Cos(fromLat) * Math.Cos(toLat) * east * east;
        return 2 * EarthRadiusMeters * Math.Asin(Math.Sqrt(Math.Min(1, h)));
    }
}
