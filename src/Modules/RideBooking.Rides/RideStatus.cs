using System.Text.Json;

namespace RideBooking.Rides;

/// <summary>Where a ride stands: the states of <see cref="RideStateMachine"/>, as the API spells them.</summary>
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
    /// <summary>The status of a ride, from the machine's state of that name.</summary>
    public static RideStatus Is(this Ride ride) => Enum.Parse<RideStatus>(ride.Status);

    /// <summary>Whether the ride has not ended.</summary>
    public static bool IsUnderWay(this Ride ride) =>
        ride.Is()
            is RideStatus.Requested
                or RideStatus.DriverAssigned
                or RideStatus.DriverArrived
                or RideStatus.InProgress;

    /// <summary>As the API and events spell it.</summary>
    public static string InApi(this RideStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    /// <summary>Every spelling of the API.</summary>
    public static IReadOnlyList<string> Spellings { get; } = [.. Enum.GetValues<RideStatus>().Select(InApi)];
}
