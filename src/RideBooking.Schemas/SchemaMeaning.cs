using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RideBooking.Schemas;

/// <summary>
/// What a JSON Schema says about values: the schema without descriptions, examples and the order of its members.
/// </summary>
internal static class SchemaMeaning
{
    static readonly HashSet<string> s_annotations =
    [
        "$schema",
        "$id",
        "$comment",
        "title",
        "description",
        "examples",
        "deprecated",
    ];

    /// <summary>Whether a keyword says nothing about values.</summary>
    public static bool IsAnnotation(string keyword) => s_annotations.Contains(keyword);

    /// <summary>Returns a hash that is equal for two schemas with the same meaning.</summary>
    public static string Fingerprint(JsonNode schema) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Of(schema)!.ToJsonString())).AsSpan(0, 16));

    /// <summary>
    /// Returns the meaning of each member, by its path, such as <c>pickup.lat</c> or <c>lines[].amount</c>. The path of the
    /// schema itself is empty.
    /// </summary>
    public static Dictionary<string, string> Members(JsonNode schema)
    {
        Dictionary<string, string> members = [];
        Add("", schema);
        return members;

        void Add(string path, JsonNode? node)
        {
            if (Of(node) is not JsonObject own)
                return;
            var (properties, items) = (node!["properties"] as JsonObject, node["items"]);
            own.Remove("properties");
            own.Remove("items");
            members[path] = own.ToJsonString();
            foreach (var (name, member) in properties ?? [])
                Add(path.Length == 0 ? name : $"{path}.{name}", member);
            if (items is not null)
                Add($"{path}[]", items);
        }
    }

    /// <summary>Returns the meaning as JSON in a fixed order.</summary>
    public static JsonNode? Of(JsonNode? schema) => Of(schema, areNames: false);

    /// <param name="node">A schema, or a part of one.</param>
    /// <param name="areNames">Whether the node's keys are names of members, and not keywords.</param>
    static JsonNode? Of(JsonNode? node, bool areNames) =>
        node switch
        {
            JsonObject item => new JsonObject(
                item.Where(pair => areNames || !IsAnnotation(pair.Key))
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair =>
                        KeyValuePair.Create(
                            pair.Key,
                            !areNames && pair is { Key: "required" or "type" or "enum", Value: JsonArray set }
                                ? Sorted(set)
                                : Of(pair.Value, !areNames && pair.Key is "properties" or "$defs")
                        )
                    )
            ),
            JsonArray items => new JsonArray([.. items.Select(Of)]),
            _ => node?.DeepClone(),
        };

    static JsonArray Sorted(JsonArray set) =>
        new([.. set.OrderBy(item => item?.ToJsonString(), StringComparer.Ordinal).Select(item => item?.DeepClone())]);
}
