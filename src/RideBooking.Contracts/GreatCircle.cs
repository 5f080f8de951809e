namespace RideBooking.Contracts;

/// <summary>Calculates distances on the globe.</summary>
public static class GreatCircle
{
    /// <summary>The mean radius of the earth (IUGG), metres.</summary>
    public const double EarthRadiusMeters = 6_371_008.8;

    /// <summary>
    /// Returns the shortest distance over the ground between two points in degrees, in metres (haversine; within 0.5 %).
    /// </summary>
    public static double Meters(double lat1, double lng1, double lat2, double lng2)
    {
        var (phi1, phi2) = (double.DegreesToRadians(lat1), double.DegreesToRadians(lat2));
        var sinLat = Math.Sin((phi2 - phi1) / 2);
        var sinLng = Math.Sin(double.DegreesToRadians(lng2 - lng1) / 2);
        var h = sinLat * sinLat + Math.Cos(phi1) * Math.Cos(phi2) * sinLng * sinLng;

        // Rounding may give slightly more than 1 for opposite points.
        return 2 * EarthRadiusMeters * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
