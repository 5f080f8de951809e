namespace RideBooking.Contracts;

/// <summary>
/// The price Billing promises a rider. It travels to the rider and back as a signed token (the quote id), so that Rides can
/// honour it without asking Billing.
/// </summary>
/// <param name="Id">The quote, as it appears in events.</param>
/// <param name="RiderId">Whom it was promised to.</param>
/// <param name="Pickup">From where.</param>
/// <param name="Dropoff">To where.</param>
/// <param name="VehicleClass">In what class of vehicle.</param>
/// <param name="Fare">The promised fare.</param>
/// <param name="DistanceMeters">The estimated distance, metres.</param>
/// <param name="DurationSeconds">The estimated driving time, seconds.</param>
/// <param name="ExpiresAt">The end of the promise.</param>
public sealed record SignedQuote(
    Guid Id,
    string RiderId,
    Place Pickup,
    Place Dropoff,
    string VehicleClass,
    Money Fare,
    int DistanceMeters,
    int DurationSeconds,
    DateTimeOffset ExpiresAt
);
