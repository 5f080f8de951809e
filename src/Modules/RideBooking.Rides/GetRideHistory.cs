using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Lists all events of a ride in order.</summary>
internal static class GetRideHistory
{
    const int Batch = 500;

    public static void Map(RouteGroupBuilder callers) =>
        callers
            .MapGet("/rides/{rideId:guid}/history", Handle)
            .WithSummary("List the events of a ride, in order")
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound);

    static async Task<Results<Ok<List<EventEnvelope>>, ProblemHttpResult>> Handle(
        Guid rideId,
        Caller caller,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (await db.FindRide(rideId, caller, cancellationToken) is null)
            return RideProblems.NoSuchRide();

        var events = await db.EventsOfRide(rideId, cancellationToken);
        return TypedResults.Ok(events.ConvertAll(EventEnvelope.Of));
    }

    /// <summary>Returns the ride's events, from the first up to a version, or all.</summary>
    public static async Task<List<LoggedEvent>> EventsOfRide(
        this AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken,
        int? upToVersion = null
    )
    {
        var history = new List<LoggedEvent>();
        var filter = new EventFilter(StreamId: rideId.ToString(), UpToVersion: upToVersion);
        while (true)
        {
            var events = await db.ReadEvents(filter, Batch, cancellationToken);
            history.AddRange(events);
            if (events.Count < Batch)
                return history;
            filter = filter with { After = events[^1].Position!.Value };
        }
    }
}
