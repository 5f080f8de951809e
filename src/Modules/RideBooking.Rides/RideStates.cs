using RideBooking.Contracts;

namespace RideBooking.Rides;

/// <summary>Reads a ride's status from the state that <see cref="RideStateMachine"/> stored.</summary>
internal static class RideStates
{
    /// <summary>Parses the machine's state name.</summary>
    public static RideStatus Is(this Ride ride) => Enum.Parse<RideStatus>(ride.Status);
}
