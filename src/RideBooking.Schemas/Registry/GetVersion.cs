using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Returns the schema of one version of an event.</summary>
internal static class GetVersion
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapGet("/subjects/{subject}/versions/{version}", Handle)
            .WithSummary("Get the schema of a version of an event")
            .WithDescription("The version is a number, or `latest`.")
            .Returns<VersionView>()
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SubjectNotFound, RegistryProblems.VersionNotFound)
            .Refuses(StatusCodes.Status422UnprocessableEntity, RegistryProblems.InvalidVersion);

    static Results<JsonHttpResult<VersionView>, ProblemHttpResult> Handle(
        string subject,
        string version,
        SchemaRegistry schemas
    )
    {
        var (found, refused) = schemas.Find(subject, version);
        return found is not null ? RegistryEndpoints.Response(VersionView.Of(found)) : refused!;
    }
}
