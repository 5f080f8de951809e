namespace RideBooking.Contracts.Seams;

/// <summary>What keeps a rider from being forgotten.</summary>
public enum RiderObligation
{
    /// <summary>A ride has not ended.</summary>
    OpenRide,

    /// <summary>A ride is not paid, or its fare is not final.</summary>
    UnpaidRide,
}

/// <summary>Tells what keeps a rider from being forgotten. Rides implements it.</summary>
public interface IRiderObligations
{
    /// <summary>Returns what the rider's rides still need the rider's data for; null if nothing.</summary>
    Task<RiderObligation?> Of(string riderId, CancellationToken cancellationToken);
}
