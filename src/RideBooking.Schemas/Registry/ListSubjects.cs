using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RideBooking.Schemas.Registry;

/// <summary>Lists the events that have a schema. The registry calls them subjects.</summary>
internal static class ListSubjects
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapGet("/subjects", Handle)
            .WithSummary("List the events that have a schema")
            .WithDescription("`subjectPrefix` selects by the beginning of the name. No event is ever deleted.")
            .Returns<IReadOnlyList<string>>();

    static JsonHttpResult<IReadOnlyList<string>> Handle(string? subjectPrefix, SchemaRegistry schemas) =>
        RegistryEndpoints.Response<IReadOnlyList<string>>([
            .. schemas
                .Schemas.Select(schema => schema.Subject)
                .Where(subject => subject.StartsWith(subjectPrefix ?? "", StringComparison.Ordinal))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ]);
}
