using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Lists the failed messages that wait for an operator, or those that were discarded.</summary>
internal static class ListFailedMessages
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failed-messages", Handle)
            .WithSummary("List failed messages, oldest first")
            .WithDescription(
                $"state=failed (the default) lists the oldest {FailedMessageSearch.Depth} messages of each error and skipped queue (truncated says whether a queue holds more); state=discarded lists discarded messages, newest first."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        PageRequest page,
        FailedMessageSearch search,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken,
        string? queue = null,
        string? fingerprint = null,
        string? messageType = null,
        Guid? rideId = null,
        string state = "failed"
    )
    {
        queue = string.IsNullOrEmpty(queue) ? null : queue;
        // A misspelt queue must not look like an empty one. Discarded messages may belong to a queue that no longer exists.
        if (state == "failed" && queue is not null && Selection.UnknownQueue(search, queue) is { } unknown)
            return unknown;
        var filter = new FailedMessageFilter(queue, fingerprint, messageType, rideId);
        return state switch
        {
            "failed" => TypedResults.Ok(await Waiting(page, filter, search, clock, cancellationToken)),
            "discarded" => TypedResults.Ok(await Discarded(page, filter, db, clock, cancellationToken)),
            _ => Problem.Validation("state", "must be failed or discarded"),
        };
    }

    static async Task<View> Waiting(
        PageRequest page,
        FailedMessageFilter filter,
        FailedMessageSearch search,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (found, truncated) = await search.Find(filter, FailedMessageSearch.Depth, cancellationToken);
        IEnumerable<FailedMessage> rest = found;
        if (page.TryAfter<(DateTimeOffset FailedAt, string Id)>(out var after))
            rest = rest.Where(message => FailedMessageSearch.Key(message).CompareTo(after) > 0);
        var messages = page.Of(
            [.. rest.Take(page.Fetch)],
            FailedMessageSearch.Key,
            message => MessageView.Of(message, clock)
        );
        return new View(messages.Items, messages.NextCursor, truncated);
    }

    static async Task<View> Discarded(
        PageRequest page,
        FailedMessageFilter filter,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var rows = db.Set<MessageAction>()
            .AsNoTracking()
            .Where(row => row.Action == MessageAction.Discarded && row.RestoredAt == null);
        if (filter.Queue is not null)
            rows = rows.Where(row => row.Queue == filter.Queue);
        if (filter.RideId is not null)
            rows = rows.Where(row => row.RideId == filter.RideId);
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            rows = rows.Where(row => row.At < after.At || (row.At == after.At && row.Id < after.Id));
        var read = await rows.OrderByDescending(row => row.At)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        var discarded = page.Of(read, row => (row.At, row.Id), row => row);
        return new View(
            [
                .. discarded
                    .Items.Select(row => (row, message: row.Message()))
                    .Where(item => filter.Wants(item.message))
                    .Select(item =>
                        MessageView.Of(item.message, clock) with
                        {
                            DiscardedAt = item.row.At,
                            DiscardedBy = item.row.By,
                            Reason = item.row.Reason,
                        }
                    ),
            ],
            discarded.NextCursor,
            false
        );
    }

    /// <param name="Items">The messages of this page.</param>
    /// <param name="NextCursor">Pass it as <c>cursor</c> to get the next page; null on the last page.</param>
    /// <param name="Truncated">Whether a queue holds more messages than were read.</param>
    internal sealed record View(IReadOnlyList<MessageView> Items, string? NextCursor, bool Truncated);
}
