namespace RideBooking.Demo.People;

/// <summary>A rider's next trip, decided in advance.</summary>
/// <param name="Rest">Seconds of city time before the trip.</param>
/// <param name="From">Where the rider waits.</param>
/// <param name="To">Where the rider wants to go.</param>
/// <param name="IsTooExpensive">Whether the quote is more than the rider wants to pay.</param>
/// <param name="CancelAfter">Seconds of city time after which the rider changes their mind; null if they do not.</param>
/// <param name="Card">The token of the card that the rider pays with; docs/payments.md says what each token does.</param>
/// <param name="Stars">How the rider rates the ride; null if they do not.</param>
internal sealed record Trip(
    double Rest,
    Spot From,
    Spot To,
    bool IsTooExpensive,
    double? CancelAfter,
    string Card,
    int? Stars
)
{
    /// <summary>The card that always works.</summary>
    public const string GoodCard = "tok_visa";

    /// <summary>Draws the next trip at random.</summary>
    public static Trip Next(Chance chance)
    {
        var (from, to) = Places.RandomTrip(chance);
        return new Trip(
            chance.Between(2, 16),
            from,
            to,
            chance.Of(0.08),
            chance.Of(0.14) ? chance.Between(0.5, 14) : null,
            AnyCard(chance),
            chance.Of(0.6) ? (int)Math.Round(5 - Math.Abs(chance.Between(-1.8, 1.8))) : null
        );
    }

    static string AnyCard(Chance chance) =>
        chance.Between(0, 1) switch
        {
            < 0.78 => GoodCard,
            < 0.86 => "tok_declined_once",
            < 0.91 => "tok_timeout",
            < 0.95 => "tok_timeout_lost",
            _ => "tok_insufficient_funds",
        };
}
