namespace RideBooking.Contracts;

/// <summary>Calculates distances between places.</summary>
public static class PlaceDistance
{
    /// <summary>Returns the great-circle distance from another place, in metres.</summary>
    public static double MetersFrom(this Place place, Place other)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(other);
        return GreatCircle.Meters(place.Lat, place.Lng, other.Lat, other.Lng);
    }
}
