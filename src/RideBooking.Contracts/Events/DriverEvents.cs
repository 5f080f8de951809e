namespace RideBooking.Contracts;

/// <summary>A driver began a shift and can receive offers.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="ShiftId">
/// The shift. Ids are ordered by time (UUIDv7), so that a late event of an older shift is recognized.
/// </param>
/// <param name="Name">The driver's name, as riders see it.</param>
/// <param name="Vehicle">The vehicle of this shift.</param>
/// <param name="Location">The driver's position.</param>
/// <param name="At">When.</param>
[Event("drivers", Stream = nameof(DriverId))]
public sealed record DriverWentOnline(
    string DriverId,
    Guid ShiftId,
    string Name,
    Vehicle Vehicle,
    Place Location,
    DateTimeOffset At
);

/// <summary>A driver's shift ended.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="ShiftId">The shift that ended.</param>
/// <param name="Reason">
/// Why: <c>driver</c> if the driver ended it; <c>offersIgnored</c> or <c>notReporting</c> if the system did.
/// </param>
/// <param name="At">When.</param>
[Event("drivers", Stream = nameof(DriverId))]
public sealed record DriverWentOffline(string DriverId, Guid ShiftId, string Reason, DateTimeOffset At);
