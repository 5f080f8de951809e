using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Removes messages from their error queue permanently, and stores them with the reason.</summary>
internal static class DiscardMessages
{
    const int MaxPasses = 3;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/discard", Handle)
            .WithSummary("Discard failed messages")
            .WithDescription(
                "Discarded messages are stored with the operator, the time and the reason. List them with state=discarded; restore puts them back. With dryRun, the response shows the plan and nothing is discarded."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Ok<View>, Ok<Plan>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        FailedMessageSearch search,
        IErrorQueues queues,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (request.Selection.Unknown(search) is { } unknown)
            return unknown;
        var id = attempt.IdFor("discard");
        var selected = await Frozen(db, id, cancellationToken);
        var missing = 0;
        if (selected.Count == 0)
        {
            var found = await request.Selection.Find(search, request.Limit ?? Request.MaxMessages, cancellationToken);
            if (request.DryRun == true)
                return TypedResults.Ok(found.Plan(clock));
            missing = found.Missing;
            if (found.Messages.Count == 0)
                return TypedResults.Ok(new View(0, missing));
            var now = clock.GetUtcNow();
            db.AddRange(
                found.Messages.Select(message => MessageAction.ToDiscard(message, now, by.Id, request.Reason, id))
            );
            db.Add(
                new OperatorAction
                {
                    Id = Guid.CreateVersion7(now),
                    At = now,
                    By = by.Id,
                    Action = OperatorActionNames.DiscardMessages,
                    Queue = OperatorAction.QueueOf(found.Queues),
                    Count = found.Messages.Count,
                    Reason = request.Reason,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
            selected = await Frozen(db, id, cancellationToken);
        }
        else if (request.Selection.Ids is { } ids)
            missing = ids.Distinct().Count() - selected.Count;

        // Messages that another process is reading are not visible here, nor are those on their way back into the queue.
        var (left, before) = (selected.Values.Count(IsOpen), 0);
        for (var pass = 0; pass < MaxPasses && left > 0 && left != before; pass++)
        {
            before = left;
            foreach (var queue in selected.Values.Where(IsOpen).Select(row => row.Queue).Distinct().ToList())
                await queues.Remove(
                    queue,
                    selected.Values.Where(IsOpen).Select(row => row.FailedMessageId).ToHashSet(),
                    messages => Keep(db, selected, messages, clock.GetUtcNow(), cancellationToken),
                    cancellationToken
                );
            left = selected.Values.Count(IsOpen);
        }
        return TypedResults.Ok(new View(selected.Count - left, missing + left));
    }

    static bool IsOpen(MessageAction row) => row.Action == MessageAction.Selected;

    // An earlier attempt with the same Idempotency-Key made the selection, and may have discarded a part of it. A repeated
    // request discards no more messages than the first one selected.
    static Task<Dictionary<string, MessageAction>> Frozen(
        AppDbContext db,
        Guid request,
        CancellationToken cancellationToken
    ) =>
        db.Set<MessageAction>()
            .AsNoTracking()
            .Where(row => row.RedriveId == request)
            .Select(row => new MessageAction
            {
                Id = row.Id,
                FailedMessageId = row.FailedMessageId,
                MessageId = row.MessageId,
                Queue = row.Queue,
                RideId = row.RideId,
                Action = row.Action,
                At = row.At,
                By = row.By,
                Reason = row.Reason,
                RedriveId = row.RedriveId,
            })
            .ToDictionaryAsync(row => row.FailedMessageId, cancellationToken);

    // One transaction per batch. Stored messages do not stay in memory.
    static async Task Keep(
        AppDbContext db,
        Dictionary<string, MessageAction> selected,
        IReadOnlyList<FailedMessage> messages,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        foreach (var message in messages)
        {
            var row = selected[message.Id];
            // A queue may hold a message twice. It counts once.
            if (!IsOpen(row))
                continue;
            db.Attach(row);
            row.Discard(message, now);
        }
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        foreach (var message in messages)
            selected[message.Id].Forget();
    }

    /// <param name="Selection">The messages to discard.</param>
    /// <param name="Limit">The max number of messages, the oldest first; 1000 by default.</param>
    /// <param name="DryRun">Whether to show the plan only.</param>
    /// <param name="Reason">The reason for the discard.</param>
    internal sealed record Request(Selection Selection, int? Limit, bool? DryRun, string Reason)
    {
        public const int MaxMessages = 1000;

        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Selection).NotNull().SetValidator(new Selection.Validator());
                RuleFor(request => request.Limit)
                    .InclusiveBetween(1, MaxMessages)
                    .WithMessage($"must be from 1 to {MaxMessages}");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <param name="Discarded">How many messages were discarded.</param>
    /// <param name="NotFound">How many messages were not, or no longer, in their queue.</param>
    internal sealed record View(int Discarded, int NotFound);
}
