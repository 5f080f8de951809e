namespace RideBooking.Contracts;

/// <summary>A point on the map, WGS 84.</summary>
/// <param name="Lat">Latitude in degrees, -90 to 90.</param>
/// <param name="Lng">Longitude in degrees, -180 to 180.</param>
/// <param name="Address">What a person calls it, if known.</param>
public sealed record Place(double Lat, double Lng, string? Address = null);
