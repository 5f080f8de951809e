namespace RideBooking.Payments.Refunds;

/// <summary>A timer that fires when the gateway is called again for a refund.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Number">The number of the refund.</param>
/// <param name="Attempt">The number of the call that had no answer, so that a late timer starts no further call.</param>
internal sealed record RefundDue(Guid RideId, int Number, int Attempt);
