using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Returns the version of an event that has a given schema.</summary>
internal static class GetVersionBySchema
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapPost("/subjects/{subject}", Handle)
            .WithSummary("Get the version of an event that has a schema")
            .WithDescription(
                "Two schemas are the same if they say the same about values: descriptions, examples and the order of "
                    + "members make no difference."
            )
            .Returns<VersionView>()
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SubjectNotFound, RegistryProblems.SchemaNotFound)
            .Refuses(StatusCodes.Status422UnprocessableEntity, RegistryProblems.InvalidSchema);

    static Results<JsonHttpResult<VersionView>, ProblemHttpResult> Handle(
        string subject,
        SchemaText schema,
        SchemaRegistry schemas
    )
    {
        var versions = schemas.Of(subject);
        if (versions.Count == 0)
            return RegistryProblems.NoSuchSubject(subject);
        var (parsed, refused) = schema.Parse();
        if (parsed is null)
            return refused!;
        return versions.FirstOrDefault(version => version.HasMeaningOf(parsed)) is { } found
            ? RegistryEndpoints.Response(VersionView.Of(found))
            : RegistryProblems.NoSuchSchema($"No version of {subject} has this schema.");
    }
}
