using System.Text.Json;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.Schemas;

/// <summary>Writes and reads messages by a schema: what a writer of it may write, and what a reader of it accepts.</summary>
internal static class SampleMessages
{
    /// <summary>Returns a message that a writer of the schema may write: the members of the schema and no others.</summary>
    public static JsonNode? Some(JsonNode schema, Random random)
    {
        if (schema["enum"] is JsonArray values)
            return values[random.Next(values.Count)]?.DeepClone();
        var types = Types(schema);
        switch (types[random.Next(types.Length)])
        {
            case "object":
                var required = Names(schema);
                return new JsonObject(
                    schema["properties"]!
                        .AsObject()
                        .Where(member => required.Contains(member.Key) || random.Next(2) == 0)
                        .Select(member => KeyValuePair.Create(member.Key, Some(member.Value!, random)))
                );
            case "array":
                return new JsonArray([
                    .. Enumerable.Range(0, random.Next(3)).Select(_ => Some(schema["items"]!, random)),
                ]);
            case "integer":
                return random.Next(Bound(schema, "minimum", 0), Bound(schema, "maximum", 9) + 1);
            case "number":
                return 0.5m;
            case "boolean":
                return true;
            case "null":
                return null;
            default:
                return new string('x', random.Next(Bound(schema, "minLength", 0), Bound(schema, "maxLength", 9) + 1));
        }
    }

    /// <summary>Whether a reader of the schema accepts a message. It ignores members that it does not know.</summary>
    public static bool Accepts(JsonNode schema, JsonNode? message)
    {
        if (schema["enum"] is JsonArray values && !values.Any(value => JsonNode.DeepEquals(value, message)))
            return false;
        return message switch
        {
            null => Types(schema).Contains("null"),
            JsonObject item => Types(schema).Contains("object")
                && Names(schema).All(item.ContainsKey)
                && (schema["properties"] as JsonObject ?? []).All(member =>
                    !item.TryGetPropertyValue(member.Key, out var value) || Accepts(member.Value!, value)
                ),
            JsonArray items => Types(schema).Contains("array") && items.All(item => Accepts(schema["items"]!, item)),
            _ => message.GetValueKind() switch
            {
                JsonValueKind.Number => Types(schema).Contains("number")
                    || (
                        Types(schema).Contains("integer")
                        && decimal.IsInteger(decimal.Parse(message.ToJsonString(), provider: null))
                        && decimal.Parse(message.ToJsonString(), provider: null) is var number
                        && number >= Bound(schema, "minimum", int.MinValue)
                        && number <= Bound(schema, "maximum", int.MaxValue)
                    ),
                JsonValueKind.True or JsonValueKind.False => Types(schema).Contains("boolean"),
                _ => Types(schema).Contains("string")
                    && message.GetValue<string>().Length >= Bound(schema, "minLength", 0)
                    && message.GetValue<string>().Length <= Bound(schema, "maxLength", int.MaxValue),
            },
        };
    }

    static string[] Types(JsonNode schema) =>
        schema["type"] is JsonArray types
            ? [.. types.Select(type => type!.GetValue<string>())]
            : [schema["type"]!.GetValue<string>()];

    static string[] Names(JsonNode schema) =>
        [.. (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>())];

    static int Bound(JsonNode schema, string keyword, int defaultValue) =>
        schema[keyword]?.GetValue<int>() ?? defaultValue;
}
