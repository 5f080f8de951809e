using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Returns which versions of an event must understand each other.</summary>
internal static class GetCompatibilityLevel
{
    public static void Map(RouteGroupBuilder registry)
    {
        registry
            .MapGet("/config", HandleDefault)
            .WithSummary("Get the compatibility level of events without one of their own")
            .Returns<View>();
        registry
            .MapGet("/config/{subject}", HandleSubject)
            .WithSummary("Get the compatibility level of an event")
            .Returns<View>()
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SubjectNotFound);
    }

    static JsonHttpResult<View> HandleDefault(SchemaRegistry schemas) =>
        RegistryEndpoints.Response(new View(schemas.DefaultLevel.Spelling()));

    static Results<JsonHttpResult<View>, ProblemHttpResult> HandleSubject(string subject, SchemaRegistry schemas) =>
        schemas.Of(subject).Count > 0
            ? RegistryEndpoints.Response(new View(schemas.LevelOf(subject).Spelling()))
            : RegistryProblems.NoSuchSubject(subject);

    /// <param name="CompatibilityLevel">
    /// <c>NONE</c>, <c>BACKWARD</c>, <c>FORWARD</c>, <c>FULL</c>, or one of the last three with <c>_TRANSITIVE</c>.
    /// </param>
    internal sealed record View(string CompatibilityLevel);
}
