namespace RideBooking.Payments;

/// <summary>A timer that fires when the next attempt is due.</summary>
internal sealed record RetryDue(Guid RideId, int Attempt);
