using RideBooking.Contracts;

namespace RideBooking.Platform.Quotes;

/// <summary>
/// Which tolls a driver can report. Billing answers with the rules of the tariff that will bill the ride, so that no toll is
/// accepted and then left out of the fare.
/// </summary>
public interface ITollRules
{
    /// <summary>What is wrong with the tolls of a ride that started at an instant, such as "must be in EUR, …"; null when nothing is.</summary>
    string? Refusal(Money tolls, DateTimeOffset startedAt);
}
