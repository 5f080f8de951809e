using System.Text.Json.Nodes;

namespace RideBooking.Operations.FailedMessages;

/// <summary>A value of a message that an edit changes.</summary>
/// <param name="Pointer">Where it is in the message, as a JSON Pointer (RFC 6901).</param>
/// <param name="Kind"><c>added</c>, <c>removed</c> or <c>replaced</c>.</param>
/// <param name="Before">The value before; null if it is added.</param>
/// <param name="After">The value after; null if it is removed.</param>
internal sealed record MessageChange(string Pointer, string Kind, JsonNode? Before, JsonNode? After)
{
    const string Added = "added";
    const string Removed = "removed";
    const string Replaced = "replaced";

    /// <summary>Returns what differs: members of objects by their names, elements of arrays by their numbers.</summary>
    public static IReadOnlyList<MessageChange> Between(JsonNode? before, JsonNode? after)
    {
        List<MessageChange> changes = [];
        Compare("", before, after, changes);
        return changes;
    }

    /// <summary>Returns a member of a pointer.</summary>
    public static string PointerOf(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    static void Compare(string pointer, JsonNode? before, JsonNode? after, List<MessageChange> changes)
    {
        switch (before, after)
        {
            case (JsonObject old, JsonObject now):
                foreach (var (name, value) in old)
                    if (now.TryGetPropertyValue(name, out var changed))
                        Compare(PointerOf(pointer, name), value, changed, changes);
                    else
                        changes.Add(new(PointerOf(pointer, name), Removed, value, null));
                foreach (var (name, value) in now)
                    if (!old.ContainsKey(name))
                        changes.Add(new(PointerOf(pointer, name), Added, null, value));
                break;
            case (JsonArray old, JsonArray now):
                for (var index = 0; index < Math.Max(old.Count, now.Count); index++)
                    if (index >= now.Count)
                        changes.Add(new($"{pointer}/{index}", Removed, old[index], null));
                    else if (index >= old.Count)
                        changes.Add(new($"{pointer}/{index}", Added, null, now[index]));
                    else
                        Compare($"{pointer}/{index}", old[index], now[index], changes);
                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                    changes.Add(new(pointer, Replaced, before, after));
                break;
        }
    }
}
