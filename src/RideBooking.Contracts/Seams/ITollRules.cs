namespace RideBooking.Contracts.Seams;

/// <summary>Checks the tolls that a driver reports. Billing implements it.</summary>
/// <remarks>
/// It uses the rules of the tariff that will bill the ride, so that no toll is accepted and then left out of the fare.
/// </remarks>
public interface ITollRules
{
    /// <summary>Returns what is wrong with the tolls of a ride, such as "must be in EUR, …"; null when they are valid.</summary>
    /// <param name="rideId">The ride.</param>
    /// <param name="tolls">The tolls.</param>
    /// <param name="startedAt">When the ride started.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<string?> Refusal(Guid rideId, Money tolls, DateTimeOffset startedAt, CancellationToken cancellationToken);
}
