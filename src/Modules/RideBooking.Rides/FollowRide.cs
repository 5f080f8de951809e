using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Events;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Streaming;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Streams a ride's events as they happen, from the first or from the one after <c>Last-Event-ID</c>.</summary>
/// <remarks>
/// The stream stays open when the ride has ended, because payment, receipt and rating come later; the client disconnects when it
/// has seen enough.
/// </remarks>
internal sealed class FollowRide(StreamFollower follower, DriverLocations locations, IOptions<JsonOptions> json)
{
    const string LocationEvent = "driverLocation";

    public static void Map(RouteGroupBuilder callers) =>
        callers
            .MapGet("/rides/{rideId:guid}/events", Handle)
            .WithSummary("Follow a ride live")
            .WithDescription(
                "Server-sent events: the event's name, its envelope with the resulting ride status, and as id its position "
                    + "in the event log. It begins with past events and stays open after the ride ends, until you disconnect. "
                    + "Riders also receive `driverLocation` (`driverId`, `lat`, `lng`, `heading`, `at`) while they have a driver and the ride "
                    + "has not ended: the last reported location, and each change, at most once a second. It has no id, because it "
                    + "is not in the log, so `Last-Event-ID` stays that of the last event. "
                    + "Before an event that cannot be read it ends with an event named `problem`, whose data is the problem."
            )
            .Refuses(StatusCodes.Status400BadRequest, PositionBeyondEnd.Code)
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound);

    static async Task<Results<ServerSentEvents, ProblemHttpResult>> Handle(
        Guid rideId,
        Caller caller,
        LastEventId last,
        FollowRide follow,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, caller, cancellationToken) is not { } ride)
            return RideProblems.NoSuchRide();
        var after = last.Value ?? 0;
        if (await PositionBeyondEnd.Check(db, after, cancellationToken) is { } refused)
            return refused;
        return new ServerSentEvents(
            follow.Events(
                rideId,
                after,
                caller.Is(Role.Driver) ? ride.OfferId : null,
                withLocations: caller.Is(Role.Rider),
                default
            )
        );
    }

    /// <param name="rideId">The ride.</param>
    /// <param name="after">The position of the last event the client has seen.</param>
    /// <param name="offerId">
    /// If the client is the ride's driver, the offer they accepted: the stream ends when the driver loses the ride.
    /// </param>
    /// <param name="withLocations">Whether the client receives the locations of the ride's driver.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    async IAsyncEnumerable<ServerEvent> Events(
        Guid rideId,
        long after,
        Guid? offerId,
        bool withLocations,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Always reads from the first event, because the status after an event depends on all earlier ones. A ride has few.
        var state = RideState.Empty;
        var rows = follower.Events(rideId.ToString(), end.Token).GetAsyncEnumerator(end.Token);
        var next = Task.FromResult(false);
        DriverLocations.Follower? driver = null;
        Task<DriverLocation>? moved = null;
        try
        {
            next = rows.MoveNextAsync().AsTask();
            while (true)
            {
                if (driver is not null && !next.IsCompleted)
                {
                    moved ??= driver.Next(end.Token).AsTask();
                    await Task.WhenAny(next, moved);
                    if (!next.IsCompleted)
                    {
                        var location = await moved;
                        moved = null;
                        yield return new ServerEvent(null, LocationEvent, location);
                        continue;
                    }
                }
                if (!await next)
                    yield break;

                var (envelope, happened) = (
                    EventEnvelope.Of(rows.Current),
                    EventCatalogue.Published.Read(rows.Current)
                );
                state = state.Apply(happened);
                if (envelope.Position > after)
                {
                    var data = JsonSerializer.SerializeToNode(envelope, json.Value.SerializerOptions)!.AsObject();
                    data["status"] = state.Ride?.Status.InApi();
                    yield return new ServerEvent(envelope.Position, envelope.EventType, data);
                }
                // The event takes the ride from the driver who accepted the offer.
                if (happened is DriverUnassigned unassigned && unassigned.OfferId == offerId)
                    yield break;
                if (withLocations && DriverToFollow(state.Ride) is var followed && followed != driver?.DriverId)
                {
                    driver?.Dispose();
                    (driver, moved) = (followed is null ? null : locations.Follow(followed), null);
                }
                next = rows.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator must not be disposed during a call of MoveNextAsync.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await rows.DisposeAsync();
            driver?.Dispose();
        }
    }

    static string? DriverToFollow(RideView? ride) =>
        ride?.Status is RideStatus.DriverAssigned or RideStatus.DriverArrived or RideStatus.InProgress
            ? ride.DriverId
            : null;
}
