using System.Text.RegularExpressions;

namespace RideBooking.Console.Parts;

/// <summary>The statuses of a ride, in the order in which a ride has them.</summary>
internal static partial class StatusWords
{
    public static readonly string[] All =
    [
        "requested",
        "driverAssigned",
        "driverArrived",
        "inProgress",
        "completed",
        "cancelled",
        "noDriverFound",
    ];

    /// <summary>Spells a status as people do: <c>driver assigned</c>.</summary>
    public static string InWords(string status) =>
        Capital().Replace(status, match => $" {match.Value.ToLowerInvariant()}");

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
