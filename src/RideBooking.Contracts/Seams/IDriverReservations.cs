namespace RideBooking.Contracts.Seams;

/// <summary>Ends the reservations of drivers. Matching implements it.</summary>
/// <remarks>
/// It decides by the rows that reserve drivers, so that a shift ends only if no accepted ride reserves the driver, and the
/// driver's open offer ends with it.
/// </remarks>
public interface IDriverReservations
{
    /// <summary>Withdraws the driver's open offer, if any, and stops offering them rides.</summary>
    /// <remarks>It takes part in the caller's transaction, which the caller saves and commits.</remarks>
    /// <returns>False when the driver has an accepted ride; then nothing has changed.</returns>
    Task<bool> TryEndShift(string driverId, Guid shiftId, CancellationToken cancellationToken);

    /// <summary>Stops offering rides to a driver who has neither an offer nor a ride.</summary>
    /// <remarks>It takes part in the caller's transaction, which the caller saves and commits.</remarks>
    /// <returns>False when the driver has an offer or a ride; then nothing has changed.</returns>
    Task<bool> TryEndIdleShift(string driverId, Guid shiftId, CancellationToken cancellationToken);
}
