using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Lists the versions of an event.</summary>
internal static class ListVersions
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapGet("/subjects/{subject}/versions", Handle)
            .WithSummary("List the versions of an event")
            .Returns<IReadOnlyList<int>>()
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SubjectNotFound);

    static Results<JsonHttpResult<IReadOnlyList<int>>, ProblemHttpResult> Handle(
        string subject,
        SchemaRegistry schemas
    ) =>
        schemas.Of(subject) is { Count: > 0 } versions
            ? RegistryEndpoints.Response<IReadOnlyList<int>>([.. versions.Select(schema => schema.Version)])
            : RegistryProblems.NoSuchSubject(subject);
}
