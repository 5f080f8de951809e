namespace RideBooking.Rides;

/// <summary>A timer: nobody was found in time.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Search">Which search of the ride it ends, so that a late one does not end a later search.</param>
internal sealed record SearchDeadlinePassed(Guid RideId, int Search);
