namespace RideBooking.Platform.Shifts;

/// <summary>
/// Ends what drivers are reserved for. Matching answers from the rows that reserve drivers, so that a shift ends only when no
/// accepted ride keeps the driver, and its open offer ends with it.
/// </summary>
public interface IDriverReservations
{
    /// <summary>
    /// Withdraws the driver's open offer, if any, and stops offering them rides, in the caller's transaction, which the caller
    /// saves and commits.
    /// </summary>
    /// <returns>False when an accepted ride is the driver's; nothing has changed then.</returns>
    Task<bool> TryEndShift(string driverId, Guid shiftId, CancellationToken cancellationToken);
}
