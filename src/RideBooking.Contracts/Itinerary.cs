namespace RideBooking.Contracts;

/// <summary>The places of a trip in the order of driving: the pickup, the stops and the destination.</summary>
public static class Itinerary
{
    /// <summary>The maximum number of stops between the pickup and the destination.</summary>
    public const int MaxStops = 5;

    /// <summary>Returns the places of a trip.</summary>
    /// <param name="pickup">The first place.</param>
    /// <param name="stops">The stops, in their order; null if there are none.</param>
    /// <param name="dropoff">The last place.</param>
    public static IReadOnlyList<Place> Of(Place pickup, IReadOnlyList<Place>? stops, Place dropoff) =>
        [pickup, .. stops ?? [], dropoff];

    /// <summary>Returns the legs between consecutive places.</summary>
    public static IEnumerable<(Place From, Place To)> Legs(this IReadOnlyList<Place> itinerary)
    {
        ArgumentNullException.ThrowIfNull(itinerary);
        return itinerary.Zip(itinerary.Skip(1));
    }

    /// <summary>Returns the sum of the legs' great-circle distances, in metres.</summary>
    public static double Meters(this IReadOnlyList<Place> itinerary) =>
        itinerary.Legs().Sum(leg => leg.To.MetersFrom(leg.From));
}
