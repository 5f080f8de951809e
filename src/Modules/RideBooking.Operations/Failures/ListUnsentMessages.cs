using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Failures;

/// <summary>Lists the messages in the outbox that the broker refused.</summary>
internal static class ListUnsentMessages
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/outbox/unsent", Handle)
            .WithSummary("List the messages in the outbox that could not be sent, oldest first")
            .WithDescription(
                "The broker refused them: an outage is no refusal. The hosts try again with a growing delay, and no message is lost."
            );

    static async Task<Ok<Page<Item>>> Handle(PageRequest page, AppDbContext db, CancellationToken cancellationToken)
    {
        var unsent = Unsent(db);
        if (page.TryAfter<Guid>(out var after))
            unsent = unsent.Where(message => message.Id > after);
        var rows = await unsent.OrderBy(message => message.Id).Take(page.Fetch).ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => row.Id, Item.Of));
    }

    /// <summary>The messages that could not be sent.</summary>
    public static IQueryable<OutboxMessage> Unsent(AppDbContext db) =>
        db.Set<OutboxMessage>().AsNoTracking().Where(message => message.AttemptCount > 0);

    /// <param name="Id">The row's id in the outbox.</param>
    /// <param name="MessageId">The message's id.</param>
    /// <param name="MessageType">The name of its type.</param>
    /// <param name="Destination">Where it is sent: the name of an exchange or a queue.</param>
    /// <param name="CommittedAt">When it was put into the outbox.</param>
    /// <param name="Attempts">How often it was refused.</param>
    /// <param name="NextAttemptAt">When a host tries again.</param>
    /// <param name="Error">Why the last attempt failed.</param>
    internal sealed record Item(
        Guid Id,
        Guid MessageId,
        string? MessageType,
        string? Destination,
        DateTimeOffset CommittedAt,
        int Attempts,
        DateTimeOffset NextAttemptAt,
        string? Error
    )
    {
        public static Item Of(OutboxMessage row) =>
            new(
                row.Id,
                row.MessageId,
                FailedMessage.ShortName(row.MessageType.Split(';')[0]),
                // The whole address names the broker's host.
                row.DestinationAddress?.AbsolutePath.Split('/')[^1],
                row.SentTime,
                row.AttemptCount,
                row.NextAttemptTime,
                row.LastError
            );
    }
}
