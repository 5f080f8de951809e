namespace RideBooking.Rides;

/// <summary>The state of a ride's payment.</summary>
/// <remarks>
/// The order matters: a later value in the list overrides an earlier one, in whatever order their events arrive.
/// </remarks>
internal enum PaymentStatus
{
    None,
    Pending,
    Authorized,
    Retrying,
    Outstanding,

    /// <summary>Written off by an operator. A payment that succeeds after all overrides it.</summary>
    WrittenOff,
    Captured,
    Refunded,
}
