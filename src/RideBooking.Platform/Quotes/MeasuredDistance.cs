using RideBooking.Contracts;
using RideBooking.Platform.Positions;

namespace RideBooking.Platform.Quotes;

/// <summary>
/// Whether a distance that a driver's app measured can be true. One rule: Rides flags by it, and Billing bills the estimate by
/// it. Pure.
/// </summary>
public static class MeasuredDistance
{
    // A rider may get out early; where there is no position to prove that, a quarter of the straight line must do.
    const double MinPartUnseen = 0.25;

    // Where the driver was seen at the end, nothing shorter than the straight line there is possible, but for what the phone
    // loses at the beginning.
    const double MinPartSeen = 0.8;
    const int LostMeters = 200;

    // Riders change their mind and streets their direction, so only what is absurd is not believed.
    const double MaxFactor = 4;
    const int MaxExtraMeters = 50_000;

    // What is merely long must also have been possible in the time.
    const double LongFactor = 2;
    const int LongExtraMeters = 1_000;
    const double MaxMetersPerSecond = 70; // 250 km/h

    /// <summary>What a measurement can be.</summary>
    public enum Verdict
    {
        /// <summary>Possible.</summary>
        Plausible,

        /// <summary>The vehicle went further than that.</summary>
        TooShort,

        /// <summary>No vehicle went that far.</summary>
        TooLong,
    }

    /// <summary>Judges a measurement.</summary>
    /// <param name="pickup">Where the trip began.</param>
    /// <param name="dropoff">Where it was to end.</param>
    /// <param name="end">Where the driver was seen at its end, if lately.</param>
    /// <param name="meters">What was measured, metres.</param>
    /// <param name="seconds">How long the trip took, seconds.</param>
    public static Verdict Check(Place pickup, Place dropoff, Place? end, int meters, int seconds)
    {
        ArgumentNullException.ThrowIfNull(pickup);
        ArgumentNullException.ThrowIfNull(dropoff);
        var planned = dropoff.MetersFrom(pickup);
        var least = end is null ? planned * MinPartUnseen : end.MetersFrom(pickup) * MinPartSeen - LostMeters;
        var longest = Math.Max(planned, end?.MetersFrom(pickup) ?? 0);
        return meters < 0 || meters < least ? Verdict.TooShort
            : meters > longest * MaxFactor + MaxExtraMeters ? Verdict.TooLong
            : meters > longest * LongFactor + LongExtraMeters && meters > Math.Max(seconds, 0) * MaxMetersPerSecond
                ? Verdict.TooLong
            : Verdict.Plausible;
    }
}
