namespace RideBooking.Billing;

/// <summary>How a trip differs from the quoted one. Both can be true: a shorter way in a much longer time.</summary>
/// <param name="IsLonger">Whether the distance or the time was longer than the quote allows.</param>
/// <param name="IsShorter">Whether the distance or the time was shorter than the quote allows.</param>
internal readonly record struct QuoteDeviation(bool IsLonger, bool IsShorter)
{
    /// <summary>A quote covers trips that differ by up to this much, in either direction.</summary>
    public const int AllowedPercent = 20;

    // Lights and traffic do not make another trip of a short one, whatever part of its time they take.
    const int AllowedSeconds = 5 * 60;

    // A shorter time counts only if the way can be driven in it. Otherwise the driver pressed a button too late or too early.
    const int MaxMetersPerSecond = 70; // 250 km/h, as for measured distances

    public static QuoteDeviation None => default;

    /// <summary>Adds what the distance says.</summary>
    /// <param name="driven">The measured distance, metres; null if it is not known.</param>
    /// <param name="quoted">The distance of the quote, metres; null if it is not known.</param>
    public QuoteDeviation WithDistance(int? driven, int? quoted) =>
        (driven, quoted) is ({ } meters, { } promised)
            ? With(IsAbove(meters, promised), IsBelow(meters, promised))
            : this;

    /// <summary>Adds what the driving time says.</summary>
    /// <param name="driven">The measured time, seconds.</param>
    /// <param name="quoted">The time of the quote, seconds; null if it is not known.</param>
    /// <param name="meters">The distance driven, measured or estimated, metres.</param>
    public QuoteDeviation WithTime(int driven, int? quoted, int meters) =>
        quoted is { } promised
            ? With(
                IsAbove(driven, promised) && (long)driven - promised > AllowedSeconds,
                IsBelow(driven, promised)
                    && (long)promised - driven > AllowedSeconds
                    && (long)driven * MaxMetersPerSecond >= meters
            )
            : this;

    QuoteDeviation With(bool isLonger, bool isShorter) => new(IsLonger || isLonger, IsShorter || isShorter);

    static bool IsAbove(long driven, long promised) => driven * 100 > promised * (100 + AllowedPercent);

    static bool IsBelow(long driven, long promised) => driven * 100 < promised * (100 - AllowedPercent);
}
