using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RideBooking.Schemas.Registry;

/// <summary>Lists all versions of all events with their schemas.</summary>
internal static class ListSchemas
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapGet("/schemas", Handle)
            .WithSummary("List all schemas")
            .WithDescription(
                "`subjectPrefix` selects by the beginning of the event's name, `latestOnly` the newest version."
            )
            .Returns<IReadOnlyList<VersionView>>();

    static JsonHttpResult<IReadOnlyList<VersionView>> Handle(
        string? subjectPrefix,
        bool? latestOnly,
        SchemaRegistry schemas
    ) =>
        RegistryEndpoints.Response<IReadOnlyList<VersionView>>([
            .. schemas
                .Schemas.Where(schema => schema.Subject.StartsWith(subjectPrefix ?? "", StringComparison.Ordinal))
                .OrderBy(schema => schema.Subject, StringComparer.Ordinal)
                .ThenBy(schema => schema.Version)
                .Where(schema => latestOnly != true || schema == schemas.Of(schema.Subject)[^1])
                .Select(VersionView.Of),
        ]);
}
