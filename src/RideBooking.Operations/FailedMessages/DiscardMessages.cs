using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Takes messages out of their error queue for good, and keeps them aside with the reason.</summary>
internal static class DiscardMessages
{
    const int MaxPasses = 3;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/discard", Handle)
            .WithSummary("Discard failed messages")
            .WithDescription(
                "They are kept with who, when and why: see state=discarded, and restore. With dryRun the answer is the plan."
            )
            .Refuses(StatusCodes.Status404NotFound, Selection.QueueNotFound);

    static async Task<Results<Ok<View>, Ok<Plan>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        FindFailedMessages find,
        IErrorQueues queues,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (request.Selection.Unknown(find) is { } unknown)
            return unknown;
        var id = attempt.IdFor("discard");
        var selected = await Frozen(db, id, cancellationToken);
        var missing = 0;
        if (selected.Count == 0)
        {
            var found = await request.Selection.Find(find, request.Limit ?? Request.MaxMessages, cancellationToken);
            if (request.DryRun == true)
                return TypedResults.Ok(found.Plan(clock));
            missing = found.Missing;
            if (found.Messages.Count == 0)
                return TypedResults.Ok(new View(0, missing));
            var now = clock.GetUtcNow();
            db.AddRange(
                found.Messages.Select(message => MessageAction.ToDiscard(message, now, by.Id, request.Reason, id))
            );
            db.Add(AuditEntry.Of("discard", found.Queues, found.Messages.Count, by.Id, request.Reason, now));
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
            selected = await Frozen(db, id, cancellationToken);
        }
        else if (request.Selection.Ids is { } ids)
            missing = ids.Distinct().Count() - selected.Count;

        // What another process is looking at is not there for this one, nor what is just on its way back into the queue.
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

    // An earlier attempt under the same Idempotency-Key has chosen, and may have discarded some of them: not more than was
    // asked for is discarded, however often it is asked.
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

    // One transaction for some of them. What is kept does not stay in memory.
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
            // A queue may hold a message twice: it is one.
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

    /// <param name="Selection">Which.</param>
    /// <param name="Limit">At most so many, the oldest first; 1000 when absent.</param>
    /// <param name="DryRun">Only say which it would be.</param>
    /// <param name="Reason">Why.</param>
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
                RuleFor(request => request.Reason).NotNull().Text(1, Selection.MaxReason);
            }
        }
    }

    /// <param name="Discarded">How many were taken out.</param>
    /// <param name="NotFound">How many were not there, or not any more.</param>
    internal sealed record View(int Discarded, int NotFound);
}
