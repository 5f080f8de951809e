namespace RideBooking.Platform.Positions;

/// <summary>
/// The smallest rectangle of the map that holds a circle. A database finds what is in it by index, which it cannot for a
/// circle; the corners are cut off afterwards with <see cref="GreatCircle"/>.
/// </summary>
/// <param name="South">Degrees.</param>
/// <param name="North">Degrees.</param>
/// <param name="West">Degrees; greater than <paramref name="East"/> when the box crosses the 180th meridian.</param>
/// <param name="East">Degrees.</param>
public readonly record struct GeoBox(double South, double North, double West, double East)
{
    /// <summary>Whether the box goes on at -180 degrees after +180.</summary>
    public bool CrossesAntimeridian => West > East;

    /// <summary>The box around a point.</summary>
    /// <param name="lat">Latitude of the middle, degrees.</param>
    /// <param name="lng">Longitude of the middle, degrees.</param>
    /// <param name="radiusMeters">The circle's radius, metres.</param>
    public static GeoBox Around(double lat, double lng, double radiusMeters)
    {
        var angle = radiusMeters / GreatCircle.EarthRadiusMeters;
        var height = double.RadiansToDegrees(angle);
        var (south, north) = (lat - height, lat + height);

        // A circle that holds a pole touches every meridian.
        if (south <= -90 || north >= 90)
            return new GeoBox(Math.Max(south, -90), Math.Min(north, 90), -180, 180);

        // The circle is widest not at its middle but nearer to the pole.
        var width = double.RadiansToDegrees(Math.Asin(Math.Sin(angle) / Math.Cos(double.DegreesToRadians(lat))));
        return new GeoBox(south, north, Wrap(lng - width), Wrap(lng + width));
    }

    static double Wrap(double lng) =>
        lng < -180 ? lng + 360
        : lng > 180 ? lng - 360
        : lng;
}
