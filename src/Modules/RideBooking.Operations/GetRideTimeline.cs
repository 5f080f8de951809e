using System.Text.Json;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Lists what happened to a ride, what operators did about it, and which timers are still to come.</summary>
internal static class GetRideTimeline
{
    const int Batch = 500;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/rides/{rideId:guid}/timeline", Handle)
            .WithSummary("List what happened to a ride and what is scheduled, the earliest first")
            .WithDescription(
                "The ride's events, the operators' actions that name the ride, the failures of its messages, and the timers that are "
                    + "scheduled for it, in one list. A timer has the time at which it is due, so timers come last unless they are late. "
                    + "Redeliveries of failing messages are not among them."
            )
            .Refuses(StatusCodes.Status404NotFound, SharedProblemCode.RideNotFound);

    static async Task<Results<Ok<Page<Item>>, ProblemHttpResult>> Handle(
        Guid rideId,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var events = await Events(rideId, db, cancellationToken);
        if (events.Count == 0)
            return Problem.NotFound(SharedProblemDetail.RideNotFound, SharedProblemCode.RideNotFound);
        var actions = await db.Set<OperatorAction>()
            .AsNoTracking()
            .Where(row => row.RideId == rideId)
            .ToListAsync(cancellationToken);
        var failures = await db.Set<StoredMessage>()
            .AsNoTracking()
            .Where(row => row.RideId == rideId)
            .Select(MessageView.Columns)
            .ToListAsync(cancellationToken);
        // A timer's message names its ride, and no column does. Operators ask seldom.
        var named = rideId.ToString();
        var timers = await db.Set<ScheduledOutboxMessage>()
            .AsNoTracking()
            .Where(row => row.Message.Contains(named))
            .ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        IEnumerable<Item> all =
        [
            .. events.Select(Item.Of),
            .. actions.Select(Item.Of),
            .. failures.Select(row => Item.Of(row, now)),
            .. timers.Select(Item.Of),
        ];
        // A stable order: what has the same time stays as listed above.
        return TypedResults.Ok(new Page<Item>([.. all.OrderBy(item => item.At)], null));
    }

    static async Task<List<LoggedEvent>> Events(Guid rideId, AppDbContext db, CancellationToken cancellationToken)
    {
        var events = new List<LoggedEvent>();
        var filter = new EventFilter(StreamId: rideId.ToString());
        while (true)
        {
            var found = await db.ReadEvents(filter, Batch, cancellationToken);
            events.AddRange(found);
            if (found.Count < Batch)
                return events;
            filter = filter with { After = found[^1].Position!.Value };
        }
    }

    /// <param name="At">When it happened; for a timer, when it is due.</param>
    /// <param name="Kind"><c>event</c>, <c>action</c>, <c>failedMessage</c> or <c>timer</c>.</param>
    /// <param name="Name">The event's name, the operator's action, or the name of the message's type.</param>
    /// <param name="Event">The event.</param>
    /// <param name="Action">The operator's action.</param>
    /// <param name="FailedMessage">The failure, with what operators did about it since.</param>
    /// <param name="Timer">The timer.</param>
    internal sealed record Item(
        DateTimeOffset At,
        string Kind,
        string? Name,
        EventEnvelope? Event = null,
        OperatorsAction? Action = null,
        MessageView? FailedMessage = null,
        PendingTimer? Timer = null
    )
    {
        public static Item Of(LoggedEvent row) =>
            new(row.Timestamp.ToUniversalTime(), "event", row.EventType, Event: EventEnvelope.Of(row));

        public static Item Of(OperatorAction row) =>
            new(row.At, "action", row.Action, Action: new OperatorsAction(row.Id, row.By, row.Reason));

        public static Item Of(StoredMessage row, DateTimeOffset now) =>
            new(row.FailedAt, "failedMessage", row.MessageType, FailedMessage: MessageView.Of(row, now));

        public static Item Of(ScheduledOutboxMessage row)
        {
            using var message = JsonDocument.Parse(row.Message);
            var urns = message.RootElement.GetProperty(nameof(OutboxMessage.MessageType)).GetString();
            return new(
                new DateTimeOffset(DateTime.SpecifyKind(row.DueTime, DateTimeKind.Utc)),
                "timer",
                ErrorQueues.FailedMessage.ShortName(urns?.Split(';')[0]),
                Timer: new PendingTimer(row.Token)
            );
        }
    }

    /// <param name="Id">The action's id.</param>
    /// <param name="By">Who took it.</param>
    /// <param name="Reason">The reason.</param>
    internal sealed record OperatorsAction(Guid Id, string By, string Reason);

    /// <param name="Token">The token that cancels it.</param>
    internal sealed record PendingTimer(Guid Token);
}
