using RideBooking.Contracts;

namespace RideBooking.Positions;

/// <summary>The smallest rectangle of the map that contains a circle.</summary>
/// <remarks>
/// A database finds the positions in it by index, which is not possible for a circle. The corners are cut off afterwards with
/// <see cref="GreatCircle"/>.
/// </remarks>
/// <param name="South">Degrees.</param>
/// <param name="North">Degrees.</param>
/// <param name="West">Degrees; greater than <paramref name="East"/> when the box crosses the 180th meridian.</param>
/// <param name="East">Degrees.</param>
public readonly record struct GeoBox(double South, double North, double West, double East)
{
    /// <summary>Whether the box crosses the 180th meridian.</summary>
    public bool CrossesAntimeridian => West > East;

    /// <summary>Returns the box around a point.</summary>
    /// <param name="lat">Latitude of the centre, degrees.</param>
    /// <param name="lng">Longitude of the centre, degrees.</param>
    /// <param name="radiusMeters">The circle's radius, metres.</param>
    public static GeoBox Around(double lat, double lng, double radiusMeters)
    {
        var angle = radiusMeters / GreatCircle.EarthRadiusMeters;
        var height = double.RadiansToDegrees(angle);
        var (south, north) = (lat - height, lat + height);

        // A circle that contains a pole touches every meridian.
        if (south <= -90 || north >= 90)
            return new GeoBox(Math.Max(south, -90), Math.Min(north, 90), -180, 180);

        // The circle is widest nearer to the pole, not at its centre.
        var width = double.RadiansToDegrees(Math.Asin(Math.Sin(angle) / Math.Cos(double.DegreesToRadians(lat))));
        return new GeoBox(south, north, Wrap(lng - width), Wrap(lng + width));
    }

    static double Wrap(double lng) =>
        lng < -180 ? lng + 360
        : lng > 180 ? lng - 360
        : lng;
}
