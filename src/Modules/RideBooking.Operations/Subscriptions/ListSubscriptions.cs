using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Subscriptions;

/// <summary>Lists the subscriptions to the event log: how far each has read, and what it has parked.</summary>
internal static class ListSubscriptions
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapGet("/operations/subscriptions", Handle).WithSummary("List the subscriptions to the event log");

    static async Task<Ok<Page<SubscriptionView>>> Handle(
        IEnumerable<IProjection> projections,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var states = await SubscriptionState.All(db, projections, cancellationToken);
        return TypedResults.Ok(
            new Page<SubscriptionView>([.. states.Select(state => SubscriptionView.Of(state, clock.GetUtcNow()))], null)
        );
    }
}
