namespace RideBooking.Contracts;

/// <summary>A driver began a shift and can be offered rides.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="ShiftId">The shift. Ordered by time (UUIDv7), so that a late event of an older shift can be told.</param>
/// <param name="Name">What riders call the driver.</param>
/// <param name="Vehicle">The vehicle of this shift.</param>
/// <param name="Location">Where the driver is.</param>
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

/// <summary>A driver ended the shift.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="ShiftId">The shift that ended.</param>
/// <param name="Reason"><c>driver</c>, or why someone else ended it: <c>offersIgnored</c>.</param>
/// <param name="At">When.</param>
[Event("drivers", Stream = nameof(DriverId))]
public sealed record DriverWentOffline(string DriverId, Guid ShiftId, string Reason, DateTimeOffset At);
