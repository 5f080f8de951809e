namespace RideBooking.Rides;

/// <summary>
/// How paying for a ride stands. In this order: what is later in the list wins over what is earlier, whatever the order in
/// which the news of it arrives.
/// </summary>
internal enum PaymentStatus
{
    None,
    Pending,
    Authorized,
    Retrying,
    Outstanding,

    /// <summary>Given up by an operator. Money that was taken after all wins over it.</summary>
    WrittenOff,
    Captured,
    Refunded,
}
