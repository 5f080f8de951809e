using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Takes failed messages out of operators' lists, with a reason. They stay in the store.</summary>
internal static class DiscardMessages
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/discard", Handle)
            .WithSummary("Discard failed messages")
            .WithDescription(
                "Discarded messages are kept with the operator, the time and the reason. List them with state=discarded; restore makes them failed messages again. With dryRun, the response shows the plan and nothing is discarded."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Ok<View>, Ok<PlanView>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        ReceiveEndpoints endpoints,
        [FromServices] IRideStatuses? rides,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var selection = request.Selection;
        if (await selection.Unknown(endpoints, db, cancellationToken) is { } unknown)
            return unknown;
        var now = clock.GetUtcNow();
        var failed = db.Set<StoredMessage>().Where(row => row.Status == StoredMessage.Failed);
        if (request.DryRun == true)
            return TypedResults.Ok(
                await PlanView.Of(selection, selection.Of(failed, rides), request.Limit, now, cancellationToken)
            );

        // An earlier attempt with the same Idempotency-Key, whose answer was lost, discarded its messages or none.
        var id = attempt.IdFor("discard");
        if (
            await db.Set<OperatorAction>()
                .AsNoTracking()
                .SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is
            { } before
        )
            return TypedResults.Ok(new View(before.Count, selection.Missing(before.Count)));

        var line = new HistoryEntry(HistoryEntry.Discarded, now, by.Id, request.Reason.Trim()).Line();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var discarded = await failed
            .Selected(selection, rides, request.Limit)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, StoredMessage.Discarded)
                        .SetProperty(row => row.StatusAt, now)
                        .SetProperty(row => row.History, row => row.History + line),
                cancellationToken
            );
        if (discarded > 0)
        {
            db.Add(
                new OperatorAction(by.Id, OperatorActionNames.DiscardMessages, request.Reason, now)
                {
                    Id = id,
                    Queue = selection.OneQueue,
                    Count = discarded,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new View(discarded, selection.Missing(discarded)));
    }

    /// <param name="Selection">The messages to discard.</param>
    /// <param name="Limit">The maximum number of messages, oldest first; all by default.</param>
    /// <param name="DryRun">Whether to show the plan only.</param>
    /// <param name="Reason">The reason for the discard.</param>
    internal sealed record Request(Selection Selection, int? Limit, bool? DryRun, string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Selection).NotNull().SetValidator(new Selection.Validator());
                RuleFor(request => request.Limit).GreaterThanOrEqualTo(1).WithMessage("must be at least 1");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <param name="Discarded">How many messages were discarded.</param>
    /// <param name="NotFound">How many ids match no failed message, or none any more.</param>
    internal sealed record View(int Discarded, int NotFound);
}
