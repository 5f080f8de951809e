using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.Registry;

/// <summary>Returns the id of a schema that is registered, and refuses any other.</summary>
/// <remarks>Serializers of Confluent's clients ask for the id of their schema in this way before they write.</remarks>
internal static class RegisterSchema
{
    public static void Map(RouteGroupBuilder registry) =>
        registry
            .MapPost("/subjects/{subject}/versions", Handle)
            .WithSummary("Get the id of a registered schema")
            .WithDescription(
                "The registry is read-only: the schemas are part of the program. A schema that it has is answered with its "
                    + "id; a new one is refused with `read_only_registry`."
            )
            .Returns<View>()
            .Refuses(
                StatusCodes.Status422UnprocessableEntity,
                RegistryProblems.InvalidSchema,
                RegistryProblems.ReadOnlyRegistry
            );

    static Results<JsonHttpResult<View>, ProblemHttpResult> Handle(
        string subject,
        SchemaText schema,
        SchemaRegistry schemas
    )
    {
        var (parsed, refused) = schema.Parse();
        if (parsed is null)
            return refused!;
        return schemas.Of(subject).FirstOrDefault(version => version.HasMeaningOf(parsed)) is { } found
            ? RegistryEndpoints.Response(new View(found.Id))
            : RegistryProblems.ReadOnly(subject);
    }

    /// <param name="Id">The number of the schema.</param>
    internal sealed record View(int Id);
}
