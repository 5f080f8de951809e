using System.Text.Json;

namespace RideBooking.Contracts;

/// <summary>The status of a ride: the states of the ride's state machine.</summary>
public enum RideStatus
{
    /// <summary>The search for a driver is on.</summary>
    Requested,

    /// <summary>A driver is on the way to the pickup.</summary>
    DriverAssigned,

    /// <summary>The driver waits at the pickup.</summary>
    DriverArrived,

    /// <summary>The rider is aboard.</summary>
    InProgress,

    /// <summary>The rider reached the destination.</summary>
    Completed,

    /// <summary>The ride was cancelled.</summary>
    Cancelled,

    /// <summary>The search ended without a driver.</summary>
    NoDriverFound,
}

/// <summary>The statuses of a ride as the API and the events spell them.</summary>
public static class RideStatuses
{
    /// <summary>Spells <see cref="RideStatus.Requested"/>.</summary>
    public const string Requested = "requested";

    /// <summary>Spells <see cref="RideStatus.DriverAssigned"/>.</summary>
    public const string DriverAssigned = "driverAssigned";

    /// <summary>Spells <see cref="RideStatus.DriverArrived"/>.</summary>
    public const string DriverArrived = "driverArrived";

    /// <summary>Spells <see cref="RideStatus.InProgress"/>.</summary>
    public const string InProgress = "inProgress";

    /// <summary>Spells <see cref="RideStatus.Completed"/>.</summary>
    public const string Completed = "completed";

    /// <summary>Spells <see cref="RideStatus.Cancelled"/>.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Spells <see cref="RideStatus.NoDriverFound"/>.</summary>
    public const string NoDriverFound = "noDriverFound";

    /// <summary>All spellings, in the order of the statuses.</summary>
    public static IReadOnlyList<string> Spellings { get; } = [.. Enum.GetValues<RideStatus>().Select(InApi)];

    /// <summary>Returns the status as the API and the events spell it.</summary>
    public static string InApi(this RideStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());
}
