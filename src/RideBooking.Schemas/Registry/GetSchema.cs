using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Returns a schema by its number.</summary>
internal static class GetSchema
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapGet("/schemas/ids/{id}", Handle)
            .WithSummary("Get a schema by its id")
            .Returns<View>()
            .Refuses(StatusCodes.Status404NotFound, RegistryProblems.SchemaNotFound);

    static Results<JsonHttpResult<View>, ProblemHttpResult> Handle(int id, SchemaRegistry schemas) =>
        schemas.Schemas.FirstOrDefault(schema => schema.Id == id) is { } found
            ? RegistryEndpoints.Response(new View(SchemaText.JsonType, found.Text))
            : RegistryProblems.NoSuchSchema($"There is no schema {id}.");

    /// <param name="SchemaType">Always JSON.</param>
    /// <param name="Schema">The JSON Schema (draft 2020-12), as text.</param>
    internal sealed record View(string SchemaType, string Schema);
}
