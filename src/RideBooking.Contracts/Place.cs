namespace RideBooking.Contracts;

/// <summary>A point on the map, WGS 84.</summary>
/// <param name="Lat">Latitude in degrees, -90 to 90.</param>
/// <param name="Lng">Longitude in degrees, -180 to 180.</param>
/// <param name="Address">The address or name of the place, if known.</param>
public sealed record Place(double Lat, double Lng, string? Address = null)
{
    /// <summary>The maximum length of the address, in characters.</summary>
    public const int MaxAddressLength = 500;

    /// <summary>What a place reads as when its rider was forgotten.</summary>
    public static Place Redacted { get; } = new(0, 0, PersonalDataAttribute.Redacted);
}
