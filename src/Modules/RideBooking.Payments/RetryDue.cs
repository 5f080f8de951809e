namespace RideBooking.Payments;

/// <summary>A timer that fires when the next attempt is due.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Attempt">The number of the attempt that failed, so that a late timer does not start another one.</param>
internal sealed record RetryDue(Guid RideId, int Attempt);
