using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Lists the failed messages that wait for an operator, or those that operators have dealt with.</summary>
internal static class ListFailedMessages
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failed-messages", Handle)
            .WithSummary("List failed messages, oldest first")
            .WithDescription(MessageFilter.DescriptionOfState)
            .Refuses(
                StatusCodes.Status404NotFound,
                OperationsProblems.QueueNotFound,
                OperationsProblems.RedriveNotFound
            );

    static async Task<Results<Ok<Page<MessageView>>, ProblemHttpResult>> Handle(
        [AsParameters] MessageFilter filter,
        PageRequest page,
        ReceiveEndpoints endpoints,
        [FromServices] IRideStatuses? rides,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await filter.Refuse(endpoints, db, cancellationToken) is { } problem)
            return problem;
        var messages = filter.Of(db.Set<StoredMessage>().AsNoTracking(), rides);
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
