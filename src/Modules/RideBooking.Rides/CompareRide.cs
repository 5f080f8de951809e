using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Lists what changed in a ride between two instants.</summary>
internal static class CompareRide
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/rides/{rideId:guid}/diff", Handle)
            .WithSummary("List what changed in a ride between two instants")
            .WithDescription(
                "from and to are RFC 3339 instants. The fields are those of the ride, by path, such as payment.status. Before "
                    + "the request, the ride has none."
            )
            .Refuses(StatusCodes.Status400BadRequest, RideProblems.InstantInFuture)
            .Refuses(StatusCodes.Status404NotFound, RideProblems.RideNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid rideId,
        string? from,
        string? to,
        AppDbContext db,
        IOptions<JsonOptions> json,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (Instant.Errors(areRequired: true, ("from", from), ("to", to)) is { Count: > 0 } errors)
            return Problem.Validation(errors);
        if (PastInstant.Check("to", to, clock, out var end) is { } invalidEnd)
            return invalidEnd;
        if (PastInstant.Check("from", from, clock, out var start) is { } invalidStart)
            return invalidStart;
        if (start > end)
            return Problem.Validation("from", "must not be later than to");
        var events = await db.EventsOfRide(rideId, cancellationToken);
        if (events.Count == 0)
            return RideProblems.NoSuchRide();

        var (before, after) = (RideState.Of(events.UpTo(start)), RideState.Of(events.UpTo(end)));
        return TypedResults.Ok(
            new View(before.Version, after.Version, [.. Changes(before.Ride, after.Ride, json.Value.SerializerOptions)])
        );
    }

    /// <summary>Returns the fields of two rides that differ, as the API writes them, except their versions.</summary>
    public static IEnumerable<Change> Changes(RideView? before, RideView? after, JsonSerializerOptions json) =>
        Changes("", JsonSerializer.SerializeToNode(before, json), JsonSerializer.SerializeToNode(after, json))
            .Where(change => change.Field != "version");

    static IEnumerable<Change> Changes(string path, JsonNode? before, JsonNode? after)
    {
        if (before is not JsonObject && after is not JsonObject)
            return JsonNode.DeepEquals(before, after) ? [] : [new Change(path, before, after)];
        var (one, other) = (before as JsonObject, after as JsonObject);
        return (one ?? [])
            .Select(member => member.Key)
            .Union((other ?? []).Select(member => member.Key))
            .SelectMany(name => Changes(path == "" ? name : $"{path}.{name}", one?[name], other?[name]));
    }

    /// <param name="FromVersion">The <c>stream_version</c> of the last event before; 0 if there was none.</param>
    /// <param name="ToVersion">The <c>stream_version</c> of the last event after.</param>
    /// <param name="Changes">The fields that changed.</param>
    internal sealed record View(int FromVersion, int ToVersion, IReadOnlyList<Change> Changes);

    /// <param name="Field">The field's path, such as <c>payment.status</c>.</param>
    /// <param name="Before">Its value before; null if it had none.</param>
    /// <param name="After">Its value after; null if it has none.</param>
    internal sealed record Change(string Field, JsonNode? Before, JsonNode? After);
}
