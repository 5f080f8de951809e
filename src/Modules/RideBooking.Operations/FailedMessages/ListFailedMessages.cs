using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Lists the failed messages that wait for an operator, or those that operators have dealt with.</summary>
internal static class ListFailedMessages
{
    static readonly string[] s_states =
    [
        StoredMessage.Failed,
        StoredMessage.Redriving,
        StoredMessage.Redriven,
        StoredMessage.Discarded,
    ];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failed-messages", Handle)
            .WithSummary("List failed messages, oldest first")
            .WithDescription(
                $"state is one of {string.Join(", ", s_states)}; failed are those that wait for an operator. The default is failed; with redriveId, every state."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Ok<Page<MessageView>>, ProblemHttpResult>> Handle(
        string? queue,
        string? fingerprint,
        string? messageType,
        Guid? rideId,
        string? riderId,
        string? driverId,
        string? text,
        DateTimeOffset? failedAfter,
        DateTimeOffset? failedBefore,
        Guid? redriveId,
        string? state,
        PageRequest page,
        ReceiveEndpoints endpoints,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (redriveId is null)
            state ??= StoredMessage.Failed;
        if (state is not null && !s_states.Contains(state))
            return Problem.Validation("state", $"must be one of: {string.Join(", ", s_states)}");
        var filter = new Selection(
            Queue: string.IsNullOrEmpty(queue) ? null : queue,
            Fingerprint: fingerprint,
            MessageType: messageType,
            RideId: rideId,
            RiderId: riderId,
            DriverId: driverId,
            Text: string.IsNullOrEmpty(text) ? null : text,
            FailedAfter: failedAfter,
            FailedBefore: failedBefore
        );
        // A misspelt queue must not look like an empty one. Other messages may belong to a queue that no longer exists.
        if (state == StoredMessage.Failed && await filter.Unknown(endpoints, db, cancellationToken) is { } unknown)
            return unknown;
        var messages = filter.Of(db.Set<StoredMessage>().AsNoTracking());
        if (state is not null)
            messages = messages.Where(row => row.Status == state);
        if (redriveId is not null)
            messages = messages.Where(row => row.RedriveId == redriveId);
        if (page.TryAfter<(DateTimeOffset FailedAt, string Id)>(out var after))
            messages = messages.Where(row =>
                row.FailedAt > after.FailedAt
                || (row.FailedAt == after.FailedAt && string.Compare(row.Id, after.Id) > 0)
            );
        var rows = await messages
            .OldestFirst()
            .Take(page.Fetch)
            .Select(MessageView.Columns)
            .ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(page.Of(rows, row => (row.FailedAt, row.Id), row => MessageView.Of(row, now)));
    }
}
