using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.EventLog;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Lists the events of the whole system for operators: every event once, in one order, without a gap.</summary>
internal static class ListEvents
{
    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapOperators("Events")
            .MapGet("/events", Handle)
            .WithSummary("List the event log by position")
            .WithDescription(
                "Events after a position, oldest first. For the next page, set `after` to `next`: no event is ever "
                    + "inserted before that position. With `Accept: application/cloudevents-batch+json` the page is a batch of "
                    + "CloudEvents, and the header `Link` has the address of the next page. An event that cannot be read ends the "
                    + "page before it. The next request is then answered 500 `event_unreadable`, and names the event. "
                    + EventQuery.Description
            )
            .Refuses(StatusCodes.Status400BadRequest, PositionBeyondEnd.Code);

    static async Task<Results<Ok<View>, CloudEventBatch, ProblemHttpResult>> Handle(
        [AsParameters] EventQuery query,
        int? limit,
        HttpRequest request,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var filter = query.Filter();
        if (limit is < 1 or > MaxLimit)
            return Problem.Validation("limit", $"must be from 1 to {MaxLimit}");

        var events = await db.ReadEvents(filter, limit ?? DefaultLimit, cancellationToken);
        if (events.Count == 0 && await PositionBeyondEnd.Check(db, filter.After, cancellationToken) is { } refused)
            return refused;
        if (CloudEventBatch.IsAccepted(request))
        {
            var batch = Readable(events, row => CloudEvent.Of(row, request));
            return new CloudEventBatch(batch, Next(batch.Count));
        }
        var page = Readable(events, EventEnvelope.Of);
        return TypedResults.Ok(new View(page, Next(page.Count)));

        long Next(int count) => count > 0 ? events[count - 1].Position!.Value : filter.After;
    }

    /// <summary>Returns the events before the first that cannot be read: the next page begins with that one and names it.</summary>
    /// <exception cref="UnreadableEventException">The very first cannot be read.</exception>
    static List<T> Readable<T>(List<LoggedEvent> events, Func<LoggedEvent, T> read)
    {
        var readable = new List<T>(events.Count);
        try
        {
            foreach (var row in events)
                readable.Add(read(row));
        }
        catch (UnreadableEventException) when (readable.Count > 0)
        {
            // The page ends before the event that cannot be read; the next request reports it.
        }
        return readable;
    }

    /// <param name="Items">The events.</param>
    /// <param name="Next">The position to read on from; unchanged when there are no new events.</param>
    internal sealed record View(IReadOnlyList<EventEnvelope> Items, long Next);
}
