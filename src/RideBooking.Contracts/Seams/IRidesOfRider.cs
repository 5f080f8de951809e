namespace RideBooking.Contracts.Seams;

/// <summary>Lists the rides of a rider. Rides implements it.</summary>
public interface IRidesOfRider
{
    /// <summary>Returns the ids of all rides that the rider ever requested.</summary>
    Task<IReadOnlyList<Guid>> List(string riderId, CancellationToken cancellationToken);
}
