using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Makes discarded messages failed messages again.</summary>
internal static class RestoreMessages
{
    static readonly byte[] s_deleted = [];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/restore", Handle)
            .WithSummary("Restore discarded messages")
            .WithDescription(
                "Give ids or a selection. With dryRun, the response shows the plan and nothing is restored."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Ok<View>, Ok<PlanView>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        ReceiveEndpoints endpoints,
        [FromServices] IRideStatuses? rides,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var selection = request.Selection ?? new Selection(request.Ids);
        if (await selection.Unknown(endpoints, db, cancellationToken) is { } unknown)
            return unknown;
        var now = clock.GetUtcNow();
        // The message itself was deleted if its rider was forgotten.
        var discarded = db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Discarded && row.Body != s_deleted);
        if (request.DryRun == true)
            return TypedResults.Ok(
                await PlanView.Of(selection, selection.Of(discarded, rides), request.Limit, now, cancellationToken)
            );

        var line = new HistoryEntry(HistoryEntry.Restored, now, by.Id, request.Reason.Trim()).Line();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var restored = await discarded
            .Selected(selection, rides, request.Limit)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, StoredMessage.Failed)
                        .SetProperty(row => row.StatusAt, now)
                        .SetProperty(row => row.History, row => row.History + line),
                cancellationToken
            );
        if (restored > 0)
        {
            db.Add(
                new OperatorAction(by.Id, OperatorActionNames.RestoreMessages, request.Reason, now)
                {
                    Queue = selection.OneQueue,
                    Count = restored,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new View(restored, selection.Missing(restored)));
    }

    /// <param name="Ids">The ids of discarded messages, up to 1000; null if a selection is given.</param>
    /// <param name="Selection">Selects discarded messages; null if ids are given.</param>
    /// <param name="Limit">The maximum number of messages, oldest first; all by default.</param>
    /// <param name="DryRun">Whether to show the plan only.</param>
    /// <param name="Reason">The reason for the restore.</param>
    internal sealed record Request(
        IReadOnlyList<string>? Ids,
        Selection? Selection,
        int? Limit,
        bool? DryRun,
        string Reason
    )
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request)
                    .Must(request => request.Ids is null != request.Selection is null)
                    .WithName("ids")
                    .WithMessage("give either ids or a selection");
                RuleFor(request => request.Ids)
                    .Must(ids => ids is null or { Count: >= 1 and <= Selection.MaxIds })
                    .WithMessage($"must be 1 to {Selection.MaxIds} ids");
                RuleForEach(request => request.Ids).NotNull().Text(1, Selection.MaxId);
                RuleFor(request => request.Selection!)
                    .SetValidator(new Selection.Validator())
                    .When(request => request.Selection is not null);
                RuleFor(request => request.Limit).GreaterThanOrEqualTo(1).WithMessage("must be at least 1");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <param name="Restored">How many messages were restored.</param>
    /// <param name="NotFound">How many ids match no discarded message, or none any more.</param>
    internal sealed record View(int Restored, int NotFound);
}
