namespace RideBooking.Contracts.Seams;

/// <summary>The statuses of rides, for queries that join them. Rides implements it.</summary>
public interface IRideStatuses
{
    /// <summary>All rides, as a query on the database of the current scope.</summary>
    IQueryable<StatusOfRide> All { get; }
}

/// <summary>A ride and its status.</summary>
public sealed class StatusOfRide
{
    /// <summary>The ride.</summary>
    public required Guid RideId { get; init; }

    /// <summary>The name of one of <see cref="RideStatus"/>.</summary>
    public required string Status { get; init; }
}
