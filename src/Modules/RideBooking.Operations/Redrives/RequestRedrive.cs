using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.Endpoints;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Sends failed messages back to the queues in which they failed, in the background.</summary>
internal static class RequestRedrive
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/redrives", Handle)
            .WithSummary("Redrive failed messages")
            .WithDescription(
                "The messages go back to the queues in which they failed. They keep their message id, and get all retries and redeliveries again. The selection is frozen when it is accepted: a message that fails again is not sent again. Messages of one ride are sent one after the other, each when the outcome of the one before is known. A quarantined message (one that failed again after too many redrives, Operations:QuarantineAfter) is left out, unless force is set. With canary, 1, then 10, then 100 messages are sent and their outcomes awaited; if one fails again, the redrive pauses. With dryRun, the response shows the plan and nothing is sent."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.QueueNotConsumed);

    static async Task<Results<Accepted<RedriveView>, Ok<PlanView>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        ReceiveEndpoints endpoints,
        IErrorQueues queues,
        [FromServices] IRideStatuses? rides,
        AppDbContext db,
        WorkSignal<RunRedrives> signal,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var id = attempt.IdFor("redrive");
        if (
            await db.Set<Redrive>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is
            { } before
        )
            return Response(before);

        var selection = request.Selection;
        if (await selection.Unknown(endpoints, db, cancellationToken) is { } unknown)
            return unknown;
        var now = clock.GetUtcNow();
        var failed = db.Set<StoredMessage>().Where(row => row.Status == StoredMessage.Failed);
        var quarantined =
            request.Force == true
                ? 0
                : await selection.Of(failed, rides).CountAsync(row => row.IsQuarantined, cancellationToken);
        if (request.Force != true)
            failed = failed.Where(row => !row.IsQuarantined);
        if (request.DryRun == true)
            return TypedResults.Ok(
                await PlanView.Of(
                    selection,
                    selection.Of(failed, rides),
                    request.Limit,
                    now,
                    cancellationToken,
                    quarantined
                )
            );
        if (request.Force != true && await WhyNotConsumed() is { } reason)
            return Problem.Conflict(OperationsProblems.QueueNotConsumed, reason);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var selected = await failed
            .Selected(selection, rides, request.Limit)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, StoredMessage.Redriving)
                        .SetProperty(row => row.StatusAt, now)
                        .SetProperty(row => row.RedriveId, id)
                        .SetProperty(row => row.Outcome, (string?)null),
                cancellationToken
            );
        var missing = selection.Missing(selected + quarantined);
        var redrive = new Redrive
        {
            Id = id,
            Status = WorkStatus.Running,
            Selected = selected + missing,
            NotFound = missing,
            Quarantined = quarantined,
            Canary = request.Canary is { ValueKind: JsonValueKind.True },
            RatePerSecond = request.RatePerSecond,
            Reason = request.Reason.Trim(),
            RequestedBy = by.Id,
            RequestedAt = now,
            ClaimedUntil = now,
        };
        db.Add(redrive);
        db.Add(
            new OperatorAction(by.Id, OperatorActionNames.RedriveMessages, request.Reason, now)
            {
                Queue = selection.OneQueue,
                Count = selected,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signal.Wake();
        return Response(redrive);

        async Task<string?> WhyNotConsumed()
        {
            var from = await selection
                .Of(failed, rides)
                .Select(row => row.Queue)
                .Distinct()
                .OrderBy(queue => queue)
                .ToListAsync(cancellationToken);
            // The queue of an endpoint that no longer exists is missed when the redrive runs.
            var to = from.Select(FailedMessage.EndpointOf).Distinct().Intersect(endpoints.Names).ToList();
            if (
                await db.Set<PausedEndpoint>()
                    .Where(row => to.Contains(row.Name))
                    .OrderBy(row => row.Name)
                    .FirstOrDefaultAsync(cancellationToken) is
                { } paused
            )
                return $"{paused.Name} is paused. Resume it, or redrive with force: the messages then wait in its queue.";
            foreach (var endpoint in to)
                if (!await queues.IsConsumed(endpoints.QueuesOf(endpoint), cancellationToken))
                    return $"No host consumes {endpoint}. Start one, or redrive with force.";
            return null;
        }

        static Accepted<RedriveView> Response(Redrive redrive) =>
            TypedResults.Accepted(
                $"/api/v1/operations/redrives/{redrive.Id}",
                RedriveView.Of(redrive, RedriveOutcomes.None)
            );
    }

    /// <param name="Selection">The messages to redrive.</param>
    /// <param name="Limit">The maximum number of messages, oldest first; all by default.</param>
    /// <param name="RatePerSecond">The maximum number of messages per second.</param>
    /// <param name="DryRun">Whether to show the plan only.</param>
    /// <param name="Reason">The reason for the redrive.</param>
    /// <param name="Canary">
    /// Whether to begin with 1, 10 and 100 messages, and to pause if one of them fails again; false by default.
    /// </param>
    /// <param name="Force">
    /// Whether to include quarantined messages, and to send messages to queues that no host consumes; false by default.
    /// </param>
    internal sealed record Request(
        Selection Selection,
        int? Limit,
        int? RatePerSecond,
        bool? DryRun,
        string Reason,
        JsonElement? Canary = null,
        bool? Force = null
    )
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Selection).NotNull().SetValidator(new Selection.Validator());
                RuleFor(request => request.Limit).GreaterThanOrEqualTo(1).WithMessage("must be at least 1");
                RuleFor(request => request.RatePerSecond)
                    .InclusiveBetween(1, 10_000)
                    .WithMessage("must be from 1 to 10000");
                // Of any other form, it would be unclear how many messages to begin with.
                RuleFor(request => request.Canary)
                    .Must(canary =>
                        canary is null or { ValueKind: JsonValueKind.Null or JsonValueKind.False or JsonValueKind.True }
                    )
                    .WithMessage("must be true or false");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }
}
