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

/// <summary>A subscription as operators see it.</summary>
/// <param name="Name">The subscription's name.</param>
/// <param name="State"><c>reading</c> or <c>stopped</c>.</param>
/// <param name="Position">The position of the last event that it has read.</param>
/// <param name="Lag">How many events of the log follow.</param>
/// <param name="LagSeconds">How long ago the first of these was published, in seconds; 0 when there is none.</param>
/// <param name="Parked">How many events it could not apply and has parked.</param>
/// <param name="StoppedBecause">Why it is stopped.</param>
/// <param name="Host">The host that reads, or read last.</param>
internal sealed record SubscriptionView(
    string Name,
    string State,
    long Position,
    long Lag,
    double LagSeconds,
    int Parked,
    string? StoppedBecause,
    string? Host
)
{
    public static SubscriptionView Of(SubscriptionState state, DateTimeOffset now) =>
        new(
            state.Name,
            state.StoppedBecause is null ? "reading" : "stopped",
            state.Position,
            state.Lag,
            state.OldestUnread is { } oldest && oldest < now ? (now - oldest).TotalSeconds : 0,
            state.Parked,
            state.StoppedBecause,
            state.Owner
        );
}
