namespace RideBooking.Contracts;

/// <summary>The estimated distance and duration of a trip.</summary>
/// <param name="DistanceMeters">The distance along the streets, metres.</param>
/// <param name="DurationSeconds">The driving time, seconds.</param>
public readonly record struct RouteEstimate(int DistanceMeters, int DurationSeconds);
