namespace RideBooking.Contracts.Seams;

/// <summary>Derives a ride's status from its events. Rides implements it.</summary>
/// <remarks>It is the function that also answers for past rides and audits them, so that they cannot differ.</remarks>
public interface IRideStatusOfEvents
{
    /// <summary>Returns the status after the events; null before the request.</summary>
    /// <param name="events">A ride's events, from the first; null for one that this process does not know.</param>
    RideStatus? After(IEnumerable<object?> events);
}
