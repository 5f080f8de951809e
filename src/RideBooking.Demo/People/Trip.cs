namespace RideBooking.Demo.People;

/// <summary>What a rider wants next, decided beforehand.</summary>
/// <param name="Rest">Seconds of the city before it.</param>
/// <param name="From">Where the rider waits.</param>
/// <param name="To">Where the rider wants to go.</param>
/// <param name="IsTooExpensive">Whether the quote is more than the rider likes to pay.</param>
/// <param name="CancelAfter">Seconds of the city after which the rider changes his mind; null if not.</param>
/// <param name="Card">The token of the card the rider pays with; docs/payments.md says what each does.</param>
/// <param name="Stars">How the rider rates the ride; null if not at all.</param>
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
    /// <summary>The card that always pays.</summary>
    public const string GoodCard = "tok_visa";

    /// <summary>The next trip that chance brings.</summary>
    public static Trip Next(Chance chance)
    {
        var (from, to) = Places.Way(chance);
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
