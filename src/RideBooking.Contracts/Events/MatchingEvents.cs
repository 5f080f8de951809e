namespace RideBooking.Contracts;

/// <summary>The ride was offered to exactly one driver, who is reserved until the offer ends.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="OfferId">The offer.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Pickup">The pickup point.</param>
/// <param name="Dropoff">The destination.</param>
/// <param name="Fare">The fare the rider was quoted, if any.</param>
/// <param name="PickupEtaSeconds">The driver's estimated driving time to the pickup, seconds.</param>
/// <param name="ExpiresAt">When the offer expires.</param>
/// <param name="At">When it was made.</param>
[Event("matching")]
public sealed record DriverOffered(
    Guid RideId,
    string RiderId,
    Guid OfferId,
    string DriverId,
    [PersonalData] Place Pickup,
    [PersonalData] Place Dropoff,
    Money? Fare,
    int PickupEtaSeconds,
    DateTimeOffset ExpiresAt,
    DateTimeOffset At
);

/// <summary>The driver declined the offer.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="OfferId">The offer.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Reason">Why, if the driver gave a reason.</param>
/// <param name="At">When.</param>
[Event("matching")]
public sealed record OfferDeclined(Guid RideId, Guid OfferId, string DriverId, string? Reason, DateTimeOffset At);

/// <summary>The offer ended without an answer.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="OfferId">The offer.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="Reason"><c>timeout</c>, <c>driverOffline</c>, <c>rideCancelled</c> or <c>searchEnded</c>.</param>
/// <param name="At">When.</param>
[Event("matching")]
public sealed record OfferExpired(Guid RideId, Guid OfferId, string DriverId, string Reason, DateTimeOffset At);

/// <summary>A driver accepted the ride.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RiderId">The rider.</param>
/// <param name="OfferId">The offer that was accepted. At most one assignment per offer.</param>
/// <param name="DriverId">The driver.</param>
/// <param name="DriverName">The driver's name, as riders see it.</param>
/// <param name="Vehicle">The vehicle the rider looks for.</param>
/// <param name="EtaSeconds">The driver's estimated driving time to the pickup, seconds.</param>
/// <param name="Attempt">The number of this offer among the ride's offers, from 1.</param>
/// <param name="At">When.</param>
[Event("matching")]
public sealed record DriverAssigned(
    Guid RideId,
    string RiderId,
    Guid OfferId,
    string DriverId,
    string DriverName,
    Vehicle Vehicle,
    int EtaSeconds,
    int Attempt,
    DateTimeOffset At
);

/// <summary>
/// A driver left several offers in a row unanswered. Matching sends them no more offers, and their shift ends.
/// </summary>
/// <param name="DriverId">The driver.</param>
/// <param name="ShiftId">The shift to end.</param>
/// <param name="RideId">The ride of the last of these offers.</param>
/// <param name="Offers">The number of unanswered offers.</param>
/// <param name="At">When.</param>
[Event("matching", Stream = nameof(DriverId))]
public sealed record DriverIgnoredOffers(string DriverId, Guid ShiftId, Guid RideId, int Offers, DateTimeOffset At);
