using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Schemas.AsyncApi;

/// <summary>Returns the AsyncAPI document, beside the OpenAPI document and, for the base address of the API, below it.</summary>
internal static class GetAsyncApi
{
    const string Path = "/asyncapi.json";
    const string MediaType = "application/json";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapOperators("Events")
            .MapGet(Path, Handle)
            .WithSummary("Get the events of the whole system as an AsyncAPI 3 document")
            .WithDescription("The same document is at `/asyncapi.json`, beside `/openapi/v1.json`.")
            .Produces<JsonObject>(StatusCodes.Status200OK, MediaType);
        routes.MapGet(Path, Handle).ExcludeFromDescription().RequireAuthorization(Role.Operator.Name());
    }

    static ContentHttpResult Handle(AsyncApiDocument document) => TypedResults.Text(document.Text, MediaType);
}
