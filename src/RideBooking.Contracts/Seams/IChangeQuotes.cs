namespace RideBooking.Contracts.Seams;

/// <summary>Quotes the changed trip of a requested ride. Billing implements it.</summary>
/// <remarks>The rider gets an answer at once, so an event would not do. City and surge stay those of the ride's request.</remarks>
public interface IChangeQuotes
{
    /// <summary>Returns a quote of the whole trip, from the pickup.</summary>
    /// <param name="trip">The changed trip.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<ChangeQuote> Of(ChangedTrip trip, CancellationToken cancellationToken);
}

/// <summary>A trip that a rider may change to.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">Its rider.</param>
/// <param name="Number">The number of the change among those of the ride, from 1.</param>
/// <param name="Pickup">Where the ride begins or began.</param>
/// <param name="Via">Where the vehicle is, during the ride; null before it, and if that is not known.</param>
/// <param name="Stops">The stops from there, in their order; null if there are none.</param>
/// <param name="Dropoff">The new destination.</param>
/// <param name="VehicleClass">The class, in lower case.</param>
public sealed record ChangedTrip(
    Guid RideId,
    string RiderId,
    int Number,
    Place Pickup,
    Place? Via,
    IReadOnlyList<Place>? Stops,
    Place Dropoff,
    string VehicleClass
);

/// <summary>The quote of a changed trip.</summary>
/// <param name="QuoteId">The signed quote.</param>
/// <param name="Terms">The terms that it promises.</param>
/// <param name="Breakdown">The lines of the fare, which sum to it.</param>
/// <param name="ExpiresAt">When the quote expires.</param>
public sealed record ChangeQuote(
    string QuoteId,
    TripTerms Terms,
    IReadOnlyList<FareLine> Breakdown,
    DateTimeOffset ExpiresAt
);
