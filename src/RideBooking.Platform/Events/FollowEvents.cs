using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.EventLog;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Streaming;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Streams the events of the whole system for operators: first the past ones, then each as it happens.</summary>
internal static class FollowEvents
{
    const string CloudEvents = "cloudevents";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapOperators("Events")
            .MapGet("/events/stream", Handle)
            .WithSummary("Follow the event log live")
            .WithDescription(
                "Server-sent events: the event's name, its envelope (with `format=cloudevents` a CloudEvent), and as id its "
                    + "position. It begins after "
                    + "`Last-Event-ID`, else after `after`, else with the first event, and stays open until you disconnect. Before "
                    + "an event that cannot be read it ends with an event named `problem`, whose data is the problem. "
                    + EventQuery.Description
            )
            .Refuses(StatusCodes.Status400BadRequest, PositionBeyondEnd.Code);

    static async Task<Results<ServerSentEvents, ProblemHttpResult>> Handle(
        [AsParameters] EventQuery query,
        string? format,
        LastEventId last,
        HttpRequest request,
        AppDbContext db,
        LogFollower follower,
        CancellationToken cancellationToken
    )
    {
        var filter = query.Filter();
        if (format is not (null or CloudEvents))
            return Problem.Validation("format", $"must be {CloudEvents}, or absent");
        // A client that reconnects repeats the address it began with: the header says where it is now.
        if (last.Value is { } seen)
            filter = filter with { After = seen };
        if (await PositionBeyondEnd.Check(db, filter.After, cancellationToken) is { } refused)
            return refused;
        Func<LoggedEvent, object> data = format is null ? EventEnvelope.Of : row => CloudEvent.Of(row, request);
        return new ServerSentEvents(Events(follower.Batches(filter, default), data, default));
    }

    static async IAsyncEnumerable<ServerEvent> Events(
        IAsyncEnumerable<IReadOnlyList<LoggedEvent>> batches,
        Func<LoggedEvent, object> data,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var batch in batches.WithCancellation(cancellationToken))
        foreach (var row in batch)
            yield return new ServerEvent(row.Position, row.EventType, data(row));
    }
}
