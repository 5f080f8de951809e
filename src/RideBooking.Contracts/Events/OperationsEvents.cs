namespace RideBooking.Contracts;

/// <summary>
/// A rider is forgotten: their personal data in the event log cannot be read any more, and each module deletes what it keeps.
/// </summary>
/// <param name="RiderId">The rider.</param>
/// <param name="At">When.</param>
[Event("operations", Stream = nameof(RiderId))]
public sealed record RiderForgotten(string RiderId, DateTimeOffset At);
