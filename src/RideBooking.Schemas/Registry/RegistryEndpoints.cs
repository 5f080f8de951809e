using System.Globalization;
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
    public static RouteHandlerBuilder Returns<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.Produces<T>(StatusCodes.Status200OK, MediaType);

    /// <summary>Answers with a value in the registry's media type.</summary>
    public static JsonHttpResult<T> Response<T>(T value) => TypedResults.Json(value, contentType: MediaType);

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
            return (null, RegistryProblems.NoSuchSubject(subject));
        if (version is "latest" or "-1")
            return (versions[^1], null);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return (null, RegistryProblems.NoNumber(version));
        return versions.FirstOrDefault(schema => schema.Version == number) is { } found
            ? (found, null)
            : (null, RegistryProblems.NoSuchVersion(subject, number));
    }
}
