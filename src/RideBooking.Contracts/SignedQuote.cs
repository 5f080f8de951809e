namespace RideBooking.Contracts;

/// <summary>A price that Billing promises a rider.</summary>
/// <remarks>
/// It travels to the rider and back as a signed token (the quote id), so that Rides can honour it without asking Billing.
/// </remarks>
/// <param name="Id">The quote, as it appears in events.</param>
/// <param name="RiderId">The rider the quote was issued to.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="VehicleClass">The vehicle class.</param>
/// <param name="Fare">The promised fare.</param>
/// <param name="DistanceMeters">The estimated distance, metres.</param>
/// <param name="DurationSeconds">The estimated driving time, seconds.</param>
/// <param name="ExpiresAt">When the quote expires.</param>
/// <param name="City">The code of the city whose tariff applies; null if there is only one tariff.</param>
/// <param name="SurgePercent">The factor for high demand, per cent; 100 if there is none.</param>
/// <param name="Stops">The stops on the way, in their order; null if there are none.</param>
/// <param name="Change">The change of a requested ride that it is for; null if it is for a new ride.</param>
public sealed record SignedQuote(
    Guid Id,
    string RiderId,
    Place Pickup,
    Place Dropoff,
    string VehicleClass,
    Money Fare,
    int DistanceMeters,
    int DurationSeconds,
    DateTimeOffset ExpiresAt,
    string? City = null,
    int SurgePercent = 100,
    IReadOnlyList<Place>? Stops = null,
    QuotedChange? Change = null
)
{
    /// <summary>The terms of the quoted trip.</summary>
    public TripTerms Terms => new(City, SurgePercent, Fare, DistanceMeters, DurationSeconds);
}

/// <summary>The change of a ride's destination that a quote is for.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the change among those of the ride, from 1.</param>
public sealed record QuotedChange(Guid RideId, int Number);
