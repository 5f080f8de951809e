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
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>
/// The ride, live: its events from the first, or from the one after <c>Last-Event-ID</c>, as they happen. The stream stays
/// open when the ride is over, for payment, receipt and rating come later; the client leaves when it has seen enough.
/// </summary>
internal sealed class FollowRide(StreamFollower follower, IOptions<JsonOptions> json)
{
    public static void Map(RouteGroupBuilder everybody) =>
        everybody
            .MapGet("/rides/{rideId:guid}/events", Handle)
            .WithSummary("Follow a ride live")
            .WithDescription(
                "Server-sent events: the event's name, its envelope with the ride's status after it, and as id its position "
                    + "in the event log. Begins with what has happened so far and stays open after the ride, until you leave."
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
            return RideProblems.NotFound();
        var after = last.Value ?? 0;
        if (await PositionBeyondEnd.Check(db, after, cancellationToken) is { } refused)
            return refused;
        return new ServerSentEvents(
            follow.Events(rideId, after, caller.Is(Role.Driver) ? ride.OfferId : null, default)
        );
    }

    /// <param name="rideId">The ride.</param>
    /// <param name="after">The position of the last event the client has seen.</param>
    /// <param name="offerId">The accepted offer of the driver who watches, if one does: the stream ends when the offer does.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    async IAsyncEnumerable<ServerEvent> Events(
        Guid rideId,
        long after,
        Guid? offerId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Always from the first event, because the status after an event follows from all before it; a ride has few.
        RideStatus? status = null;
        await foreach (var row in follower.Events(rideId.ToString(), cancellationToken))
        {
            var envelope = EventEnvelope.Of(row);
            status = RideProgress.After(status, envelope);
            if (envelope.Position > after)
            {
                var data = JsonSerializer.SerializeToNode(envelope, json.Value.SerializerOptions)!.AsObject();
                data["status"] = status?.InApi();
                yield return new ServerEvent(envelope.Position, envelope.EventType, data);
            }
            if (offerId is { } offer && RideProgress.Ends(envelope, offer))
                yield break;
        }
    }
}
