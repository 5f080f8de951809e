namespace RideBooking.Rides;

/// <summary>Tells a ride in progress that its driver has reported no position for longer than the settings allow.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="DriverId">Its driver.</param>
/// <param name="Since">When the driver last reported a position, or when the ride started if that was later.</param>
internal sealed record DriverWentSilent(Guid RideId, string DriverId, DateTimeOffset Since);
