using System.Text.Json;
using RideBooking.Contracts;

namespace RideBooking.Rides;

/// <summary>The status of a ride: the states of <see cref="RideStateMachine"/>, as the API spells them.</summary>
internal enum RideStatus
{
    Requested,
    DriverAssigned,
    DriverArrived,
    InProgress,
    Completed,
    Cancelled,
    NoDriverFound,
}

internal static class RideStatuses
{
    /// <summary>Parses the machine's state name.</summary>
    public static RideStatus Is(this Ride ride) => Enum.Parse<RideStatus>(ride.Status);

    /// <summary>Whether the ride has not ended.</summary>
    public static bool IsUnderWay(this Ride ride) =>
        ride.Is()
            is RideStatus.Requested
                or RideStatus.DriverAssigned
                or RideStatus.DriverArrived
                or RideStatus.InProgress;

    /// <summary>Returns the status as the API and the events spell it.</summary>
    public static string InApi(this RideStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    /// <summary>All spellings of the API.</summary>
    public static IReadOnlyList<string> Spellings { get; } = [.. Enum.GetValues<RideStatus>().Select(InApi)];
}
