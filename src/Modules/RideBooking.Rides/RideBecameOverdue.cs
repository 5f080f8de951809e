namespace RideBooking.Rides;

/// <summary>A timer that fires when a ride has been in progress for longer than a ride should.</summary>
/// <remarks>A ride starts once, so the timer needs no number.</remarks>
/// <param name="RideId">The ride.</param>
internal sealed record RideBecameOverdue(Guid RideId);
