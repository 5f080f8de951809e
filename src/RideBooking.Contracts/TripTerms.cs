namespace RideBooking.Contracts;

/// <summary>The terms of a trip, which do not change after the ride is requested.</summary>
/// <param name="City">The code of the city whose tariff applies; null if there is only one tariff.</param>
/// <param name="SurgePercent">The factor for high demand, per cent; 100 if there is none.</param>
/// <param name="Fare">The expected fare, without waiting and tolls.</param>
/// <param name="DistanceMeters">The estimated distance, metres.</param>
/// <param name="DurationSeconds">The estimated driving time, seconds.</param>
public sealed record TripTerms(string? City, int SurgePercent, Money Fare, int DistanceMeters, int DurationSeconds);
