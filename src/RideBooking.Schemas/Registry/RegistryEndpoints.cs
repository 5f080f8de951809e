using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Schemas.Registry;

/// <summary>
/// The schema registry over HTTP, in the shape of Confluent's, so that its clients work with the base address
/// <c>/api/v1/schemas</c>.
/// </summary>
internal static class RegistryEndpoints
{
    const string MediaType = "application/vnd.schemaregistry.v1+json";

    public static void Map(IEndpointRouteBuilder routes)
    {
        // Clients send these parameters. They make no difference here: no schema is ever deleted, and all are JSON Schemas.
        var registry = routes
            .MapOperators("Schemas")
            .MapGroup("/schemas")
            .WithMetadata(new BoundFromQuery("deleted", "normalize", "format", "subject", "defaultToGlobal"));
        ListSchemas.Map(registry);
        ListSubjects.Map(registry);
        ListVersions.Map(registry);
        GetVersion.Map(registry);
        GetVersionSchema.Map(registry);
        RegisterSchema.Map(registry);
        GetVersionBySchema.Map(registry);
        GetSchema.Map(registry);
        TestCompatibility.Map(registry);
        GetCompatibilityLevel.Map(registry);
    }

    /// <summary>Describes the answer on the reference page.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.Produces<T>(StatusCodes.Status200OK, MediaType);

    /// <summary>Answers with a value in the registry's media type.</summary>
    public static JsonHttpResult<T> Answer<T>(T value) => TypedResults.Json(value, contentType: MediaType);

    /// <summary>Finds a version of an event by its number, or the newest by <c>latest</c> or -1.</summary>
    /// <returns>The schema, or why there is none.</returns>
    public static (RegisteredSchema? Found, ProblemHttpResult? Refused) Find(
        this SchemaRegistry schemas,
        string subject,
        string version
    )
    {
        var versions = schemas.Of(subject);
        if (versions.Count == 0)
            return (null, RegistryProblems.NoSubject(subject));
        if (version is "latest" or "-1")
            return (versions[^1], null);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return (null, RegistryProblems.NoNumber(version));
        return versions.FirstOrDefault(schema => schema.Version == number) is { } found
            ? (found, null)
            : (null, RegistryProblems.NoVersion(subject, number));
    }
}

/// <summary>A version of an event.</summary>
/// <param name="Subject">The event.</param>
/// <param name="Version">The version, from 1.</param>
/// <param name="Id">The number of the schema: the same in every installation.</param>
/// <param name="SchemaType">Always JSON.</param>
/// <param name="Schema">The JSON Schema (draft 2020-12), as text.</param>
internal sealed record VersionView(string Subject, int Version, int Id, string SchemaType, string Schema)
{
    public static VersionView Of(RegisteredSchema schema) =>
        new(schema.Subject, schema.Version, schema.Id, SchemaText.JsonType, schema.Text);
}

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
