using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>Shows an endpoint: what waits at it, how it is doing, and whether it is paused.</summary>
internal static class GetEndpoint
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/endpoints/{name}", Handle)
            .WithSummary("Get an endpoint")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.EndpointNotFound);

    static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> Handle(
        string name,
        ReceiveEndpoints endpoints,
        AppDbContext db,
        GaugeReadings gauges,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (!endpoints.Names.Contains(name))
            return OperationsProblems.NoSuchEndpoint();
        var found = await EndpointView.Of([name], withHistory: true, db, gauges, clock.GetUtcNow(), cancellationToken);
        return TypedResults.Ok(found[0]);
    }
}
