using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RideBooking.Schemas.Registry;

/// <summary>A schema that a client sends.</summary>
/// <param name="Schema">The JSON Schema, as text.</param>
/// <param name="SchemaType">Must be JSON.</param>
internal sealed record SchemaText(string Schema, string? SchemaType)
{
    public const string JsonType = "JSON";

    // A duplicate name would be found only when it is looked up.
    static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads the schema.</summary>
    /// <returns>The schema, or why it is refused.</returns>
    public (JsonObject? Parsed, ProblemHttpResult? Refused) Parse()
    {
        if (SchemaType != JsonType)
            return (null, RegistryProblems.Invalid("schemaType must be JSON: the schemas of events are JSON Schemas."));
        try
        {
            return JsonNode.Parse(Schema, documentOptions: s_options) is JsonObject parsed
                ? (parsed, null)
                : (null, RegistryProblems.Invalid("The schema must be a JSON object."));
        }
        // The second: a name with an escaped half of a surrogate pair.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, RegistryProblems.Invalid($"The schema is not JSON: {exception.Message}"));
        }
    }
}
