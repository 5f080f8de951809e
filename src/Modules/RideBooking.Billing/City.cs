using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>A city: the area in which its rides begin, and the time zone of its days and nights.</summary>
/// <param name="Code">The code in events and answers, such as <c>berlin</c>.</param>
/// <param name="Name">The name that riders read.</param>
/// <param name="TimeZone">The time zone of its days, nights and peak windows.</param>
/// <param name="Area">Where rides of the city begin.</param>
internal sealed record City(string Code, string Name, TimeZoneInfo TimeZone, CityArea Area)
{
    public const int MaxCodeLength = 20;
}

/// <summary>The area of a city.</summary>
internal abstract record CityArea
{
    /// <summary>Whether the area contains a place, its border included as far as the arithmetic allows.</summary>
    public abstract bool Contains(Place place);
}

/// <summary>All places within a distance from a centre.</summary>
internal sealed record CircularArea(Place Centre, double RadiusKm) : CityArea
{
    public override bool Contains(Place place) => Centre.MetersFrom(place) <= RadiusKm * 1000;
}

/// <summary>A polygon, whose last corner is joined to the first one.</summary>
/// <remarks>
/// Its edges are straight in degrees. Longitudes count from the first corner, so that an area may contain the meridian of 180
/// degrees; it must not contain a pole.
/// </remarks>
internal sealed record PolygonalArea(IReadOnlyList<Place> Corners) : CityArea
{
    public override bool Contains(Place place)
    {
        var (x, y) = (East(place), place.Lat);
        var isInside = false;
        for (var (i, j) = (0, Corners.Count - 1); i < Corners.Count; j = i++)
        {
            var (one, other) = (Corners[i], Corners[j]);
            // An edge is crossed if it passes the place's latitude east of the place: an odd number of them is inside.
            if (
                one.Lat > y != other.Lat > y
                && x < East(one) + (y - one.Lat) / (other.Lat - one.Lat) * (East(other) - East(one))
            )
                isInside = !isInside;
        }
        return isInside;
    }

    double East(Place place) => (place.Lng - Corners[0].Lng + 540) % 360 - 180;
}
