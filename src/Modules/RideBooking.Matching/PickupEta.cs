namespace RideBooking.Matching;

/// <summary>Estimates a driver's time to the pickup: streets are longer than the straight line, and cities are slow.</summary>
internal static class PickupEta
{
    const double Detour = 1.4;
    const double MetersPerSecond = 8; // 29 km/h, lights included

    // For turning round and finding the door.
    const int MinSeconds = 60;

    /// <summary>Returns the estimate, seconds.</summary>
    /// <param name="meters">The straight-line distance, metres.</param>
    public static int Seconds(double meters) =>
        Math.Max(MinSeconds, (int)Math.Ceiling(meters * Detour / MetersPerSecond));

    /// <summary>Returns the straight-line distance within which every driver needs at most this time, metres.</summary>
    public static double MetersWithin(double seconds) => seconds * MetersPerSecond / Detour;
}
