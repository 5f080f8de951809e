using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using RideBooking.Contracts;
using RideBooking.EventLog;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Validates events against the JSON Schemas of their versions, as Contracts contains them.</summary>
internal static class EventSchemas
{
    // A list has one entry for each value that is wrong. Formats (uuid, date-time) are part of the contract.
    static readonly EvaluationOptions s_options = new()
    {
        OutputFormat = OutputFormat.List,
        RequireFormatValidation = true,
    };

    static readonly string[] s_tooLarge = [$"must be a number from {decimal.MinValue} to {decimal.MaxValue}"];

    static readonly ConcurrentDictionary<EventType, JsonSchema?> s_schemas = [];

    /// <summary>Returns the errors by JSON Pointer; none if the event is valid, or if its version has no schema.</summary>
    public static Dictionary<string, string[]> Errors(EventType type, JsonNode? message)
    {
        if (s_schemas.GetOrAdd(type, Read) is not { } schema)
            return [];
        // The validator fails for them.
        if (NumbersTooLarge(message, "").ToList() is { Count: > 0 } numbers)
            return numbers.ToDictionary(pointer => pointer, _ => s_tooLarge);
        return schema
            .Evaluate(message, s_options)
            .Details.Where(detail => detail.Errors is not null)
            .GroupBy(detail => detail.InstanceLocation.ToString(), detail => detail.Errors!.Values)
            .ToDictionary(place => place.Key, place => place.SelectMany(errors => errors).Distinct().ToArray());
    }

    static IEnumerable<string> NumbersTooLarge(JsonNode? node, string pointer) =>
        node switch
        {
            JsonObject members => members.SelectMany(member =>
                NumbersTooLarge(member.Value, MessageChange.PointerOf(pointer, member.Key))
            ),
            JsonArray items => items.SelectMany((item, index) => NumbersTooLarge(item, $"{pointer}/{index}")),
            JsonValue value when value.GetValueKind() == JsonValueKind.Number && !FitsDecimal(value) => [pointer],
            _ => [],
        };

    static bool FitsDecimal(JsonValue number)
    {
        using var document = JsonDocument.Parse(number.ToJsonString());
        return document.RootElement.TryGetDecimal(out _);
    }

    static JsonSchema? Read(EventType type)
    {
        using var stream = typeof(EventAttribute).Assembly.GetManifestResourceStream(
            $"Schemas/{type.Name}/v{type.Version}.json"
        );
        return stream is null ? null : JsonSchema.FromText(new StreamReader(stream).ReadToEnd());
    }
}
