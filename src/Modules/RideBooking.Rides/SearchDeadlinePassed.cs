namespace RideBooking.Rides;

/// <summary>A timer that fires when the search has found no driver in time.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Search">The number of the search it ends, so that a late timer does not end a later search.</param>
internal sealed record SearchDeadlinePassed(Guid RideId, int Search);
