using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>Lists the endpoints: what waits at each, how it is doing, and whether it is paused.</summary>
internal static class ListEndpoints
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/endpoints", Handle)
            .WithSummary("List the endpoints")
            .WithDescription(
                "Rates and times are those of all hosts in the last complete minute, and `history` has the last hour, unless history=false. The messages "
                    + "that wait are known on RabbitMQ only."
            );

    static async Task<Ok<Page<EndpointView>>> Handle(
        bool? history,
        ReceiveEndpoints endpoints,
        AppDbContext db,
        GaugeReadings gauges,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new Page<EndpointView>(
                await EndpointView.Of(
                    endpoints.Names,
                    history != false,
                    db,
                    gauges,
                    clock.GetUtcNow(),
                    cancellationToken
                ),
                null
            )
        );
}
