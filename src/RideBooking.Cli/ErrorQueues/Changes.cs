using System.Text.Json.Nodes;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>Prints what changes in a message: one line for each value, and for each value that replaces another.</summary>
internal static class Changes
{
    public static void Write(Terminal terminal, IEnumerable<ChangeResponse> changes)
    {
        foreach (var change in changes)
        {
            if (change.Kind != "added")
                terminal.WriteLine($"  - {change.Pointer}: {Json(change.Before)}");
            if (change.Kind != "removed")
                terminal.WriteLine($"  + {change.Pointer}: {Json(change.After)}");
        }
    }

    static string Json(JsonNode? value) => value?.ToJsonString(Responses.Compact) ?? "null";
}
