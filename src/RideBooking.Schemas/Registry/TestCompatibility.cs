using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Tests whether a schema could be the next version of an event.</summary>
internal static class TestCompatibility
{
    public static void Map(RouteGroupBuilder registry)
    {
        Describe(registry.MapPost("/compatibility/subjects/{subject}/versions", HandleAll))
            .WithSummary("Test whether a schema could be the next version of an event")
            .Refuses(StatusCodes.Status422UnprocessableEntity, RegistryProblems.InvalidSchema);
        Describe(registry.MapPost("/compatibility/subjects/{subject}/versions/{version}", HandleOne))
            .WithSummary("Test whether a schema is compatible with a version of an event")
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.VersionNotFound)
            .Refuses(
                StatusCodes.Status422UnprocessableEntity,
                RegistryProblems.InvalidSchema,
                RegistryProblems.InvalidVersion
            );
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) =>
        endpoint
            .WithDescription(
                "By the rules of the event's compatibility level. With `verbose` the answer gives the reasons."
            )
            .Returns<View>()
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SubjectNotFound);

    static Results<JsonHttpResult<View>, ProblemHttpResult> HandleAll(
        string subject,
        bool? verbose,
        SchemaText schema,
        SchemaRegistry schemas
    ) =>
        schemas.Of(subject) is { Count: > 0 } versions
            ? Test(schema, schemas.LevelOf(subject), versions, verbose == true)
            : RegistryProblems.NoSuchSubject(subject);

    static Results<JsonHttpResult<View>, ProblemHttpResult> HandleOne(
        string subject,
        string version,
        bool? verbose,
        SchemaText schema,
        SchemaRegistry schemas
    )
    {
        var (found, refused) = schemas.Find(subject, version);
        return found is not null ? Test(schema, schemas.LevelOf(subject), [found], verbose == true) : refused!;
    }

    static Results<JsonHttpResult<View>, ProblemHttpResult> Test(
        SchemaText schema,
        CompatibilityLevel level,
        IReadOnlyList<RegisteredSchema> versions,
        bool verbose
    )
    {
        var (parsed, refused) = schema.Parse();
        if (parsed is null)
            return refused!;
        try
        {
            var found = Compatibility.Check(
                level,
                parsed,
                [.. versions.Select(version => (version.Version, (JsonNode)version.Parse()))]
            );
            return RegistryEndpoints.Response(
                new View(
                    found.Count == 0,
                    verbose ? [.. found.Select(reason => $"{level.Spelling()}, {reason}")] : null
                )
            );
        }
        catch (Exception exception) when (IsSchemaError(exception))
        {
            return RegistryProblems.Invalid($"The schema cannot be read: {exception.Message}");
        }
    }

    // A keyword has a value of the wrong type, or a reference leads nowhere.
    static bool IsSchemaError(Exception exception) =>
        exception is NotSupportedException or InvalidOperationException or FormatException or ArgumentException;

    /// <param name="IsCompatible">Whether it is compatible.</param>
    /// <param name="Messages">With <c>verbose</c>: why it is not, by rule, version and member.</param>
    internal sealed record View(
        [property: JsonPropertyName("is_compatible")] bool IsCompatible,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Messages
    );
}
