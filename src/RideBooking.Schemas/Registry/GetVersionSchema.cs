using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Returns only the JSON Schema of one version of an event. CloudEvents name this address as <c>dataschema</c>.</summary>
internal static class GetVersionSchema
{
    const string MediaType = "application/schema+json";

    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapGet("/subjects/{subject}/versions/{version}/schema", Handle)
            .WithSummary("Get the JSON Schema of a version of an event, and nothing else")
            .WithDescription("The version is a number, or `latest`.")
            .Produces<JsonElement>(StatusCodes.Status200OK, MediaType)
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SubjectNotFound, RegistryProblems.VersionNotFound)
            .Refuses(StatusCodes.Status422UnprocessableEntity, RegistryProblems.InvalidVersion);

    static Results<ContentHttpResult, ProblemHttpResult> Handle(string subject, string version, SchemaRegistry schemas)
    {
        var (found, refused) = schemas.Find(subject, version);
        return found is not null ? TypedResults.Content(found.Text, MediaType) : refused!;
    }
}
