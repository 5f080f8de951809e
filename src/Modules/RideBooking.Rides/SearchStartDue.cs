namespace RideBooking.Rides;

/// <summary>A timer that starts the search for the driver of a ride that was booked ahead.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="Search">The number of the search before it: a repeated timer finds a higher one.</param>
internal sealed record SearchStartDue(Guid RideId, int Search);
