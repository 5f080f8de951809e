using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Subscriptions;

/// <summary>Lists the events that a subscription could not apply.</summary>
internal static class ListParkedEvents
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/subscriptions/{name}/parked-events", Handle)
            .WithSummary("List the parked events of a subscription, oldest first")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.SubscriptionNotFound);

    static async Task<Results<Ok<Page<ParkedEventView>>, ProblemHttpResult>> Handle(
        string name,
        PageRequest page,
        IEnumerable<IProjection> projections,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (projections.All(projection => projection.Name != name))
            return OperationsProblems.NoSuchSubscription();
        var parked = db.LiveParkedEvents().AsNoTracking().Where(row => row.Subscription == name);
        if (page.TryAfter<long>(out var after))
            parked = parked.Where(row => row.Position > after);
        var rows = await parked.OrderBy(row => row.Position).Take(page.Fetch).ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => row.Position, ParkedEventView.Of));
    }
}
