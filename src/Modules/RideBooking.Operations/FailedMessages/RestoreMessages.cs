using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Puts discarded messages back into their error queue.</summary>
internal static class RestoreMessages
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapPost("/operations/failed-messages/restore", Handle).WithSummary("Restore discarded messages");

    static async Task<Ok<View>> Handle(
        Request request,
        Operator by,
        IErrorQueues queues,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var rows = await db.Set<MessageAction>()
            .Where(row =>
                row.Action == MessageAction.Discarded
                && row.RestoredAt == null
                && request.Ids.Contains(row.FailedMessageId)
            )
            .OrderBy(row => row.At)
            .ToListAsync(cancellationToken);
        var missing = request.Ids.Distinct().Except(rows.Select(row => row.FailedMessageId)).Count();
        if (rows.Count == 0)
            return TypedResults.Ok(new View(0, missing));

        var now = clock.GetUtcNow();
        db.Add(
            new OperatorAction
            {
                Id = Guid.CreateVersion7(now),
                At = now,
                By = by.Id,
                Action = OperatorActionNames.RestoreMessages,
                Queue = OperatorAction.QueueOf([.. rows.Select(row => row.Queue).Distinct()]),
                Count = rows.Count,
                Reason = request.Reason,
            }
        );
        foreach (var row in rows)
        {
            // Put the message back first, then record it: if the process dies in between, the message is in both places and
            // visible in both.
            await queues.PutBack(row.Message(), cancellationToken);
            row.RestoredAt = now;
            db.Add(MessageAction.Of(row.Message(), MessageAction.Restored, now, by.Id, request.Reason));
            await db.SaveChangesAsync(cancellationToken);
        }
        return TypedResults.Ok(new View(rows.Count, missing));
    }

    /// <param name="Ids">The ids of discarded messages, up to 1000.</param>
    /// <param name="Reason">The reason for the restore.</param>
    internal sealed record Request(IReadOnlyList<string> Ids, string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Ids)
                    .Must(ids => ids is { Count: >= 1 and <= Selection.MaxIds })
                    .WithMessage($"must be 1 to {Selection.MaxIds} ids");
                RuleForEach(request => request.Ids).NotNull().Text(1, Selection.MaxId);
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <param name="Restored">How many messages were put back.</param>
    /// <param name="NotFound">How many ids match no discarded message, or none any more.</param>
    internal sealed record View(int Restored, int NotFound);
}
