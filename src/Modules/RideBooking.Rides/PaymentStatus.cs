namespace RideBooking.Rides;

/// <summary>The state of a ride's payment.</summary>
/// <remarks>
/// The order matters: a later value in the list overrides an earlier one, in whatever order their events arrive.
/// </remarks>
internal enum PaymentStatus
{
    None,

    /// <summary>The expected fare is reserved on the card. Ends when the amount due is known, or with the ride.</summary>
    Authorized,
    Pending,
    Retrying,
    Outstanding,

    /// <summary>Written off by an operator. A payment that succeeds after all overrides it.</summary>
    WrittenOff,
    Captured,
    Refunded,
}
