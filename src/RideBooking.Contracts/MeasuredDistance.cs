namespace RideBooking.Contracts;

/// <summary>Judges whether a distance that a driver's app measured is plausible.</summary>
/// <remarks>
/// Rides flags implausible distances by this rule, and Billing bills the estimate instead by the same rule. It has no side
/// effects.
/// </remarks>
public static class MeasuredDistance
{
    // A distance of zero is a missing measurement, also where the ride ended at its pickup.

    // A rider may get out early. If no position proves that, a quarter of the straight line is the minimum.
    const double MinPartUnseen = 0.25;

    // If the driver was seen at the end, the distance cannot be shorter than the straight line to that place, except for what
    // the phone misses at the beginning.
    const double MinPartSeen = 0.8;
    const int LostMeters = 200;

    // Riders change their destination and detours happen, so only absurd distances are rejected.
    const double MaxFactor = 4;
    const int MaxExtraMeters = 50_000;

    // A distance that is only long must also be possible in the time.
    const double LongFactor = 2;
    const int LongExtraMeters = 1_000;
    const double MaxMetersPerSecond = 70; // 250 km/h

    /// <summary>The verdict on a measurement.</summary>
    public enum Verdict
    {
        /// <summary>Possible.</summary>
        Plausible,

        /// <summary>The vehicle must have driven further than that.</summary>
        TooShort,

        /// <summary>No vehicle could drive that far.</summary>
        TooLong,
    }

    /// <summary>Judges a measurement.</summary>
    /// <param name="pickup">Where the trip began.</param>
    /// <param name="dropoff">The planned end of the trip.</param>
    /// <param name="end">Where the driver was seen at the end of the trip, if recently.</param>
    /// <param name="meters">The measured distance, metres.</param>
    /// <param name="seconds">The duration of the trip, seconds.</param>
    /// <param name="stops">The planned stops, in their order; null if there are none.</param>
    public static Verdict Check(
        Place pickup,
        Place dropoff,
        Place? end,
        int meters,
        int seconds,
        IReadOnlyList<Place>? stops = null
    )
    {
        ArgumentNullException.ThrowIfNull(pickup);
        ArgumentNullException.ThrowIfNull(dropoff);
        var planned = Itinerary.Of(pickup, stops, dropoff).Meters();
        var min = end is null ? planned * MinPartUnseen : end.MetersFrom(pickup) * MinPartSeen - LostMeters;
        var expected = Math.Max(planned, end?.MetersFrom(pickup) ?? 0);
        return meters <= 0 || meters < min ? Verdict.TooShort
            : meters > expected * MaxFactor + MaxExtraMeters ? Verdict.TooLong
            : meters > expected * LongFactor + LongExtraMeters && meters > Math.Max(seconds, 0) * MaxMetersPerSecond
                ? Verdict.TooLong
            : Verdict.Plausible;
    }
}
