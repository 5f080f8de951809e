namespace RideBooking.Contracts.Seams;

/// <summary>Checks the tolls that a driver reports. Billing implements it.</summary>
/// <remarks>
/// It uses the rules of the tariff that will bill the ride, so that no toll is accepted and then left out of the fare.
/// </remarks>
public interface ITollRules
{
    /// <summary>
    /// Returns what is wrong with the tolls of a ride that started at an instant, such as "must be in EUR, …"; null when they
    /// are valid.
    /// </summary>
    string? Refusal(Money tolls, DateTimeOffset startedAt);
}
