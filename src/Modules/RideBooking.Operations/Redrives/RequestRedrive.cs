using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
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
                "The messages go back to the queues in which they failed. They keep their message id, and get all retries and redeliveries again. The selection is frozen when it is accepted: a message that fails again is not sent again. With dryRun, the response shows the plan and nothing is sent."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Accepted<RedriveView>, Ok<Plan>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        FailedMessageSearch search,
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
            return Answer(before);

        if (request.Selection.Unknown(search) is { } unknown)
            return unknown;
        var selected = await request.Selection.Find(search, request.Limit ?? Request.MaxMessages, cancellationToken);
        if (request.DryRun == true)
            return TypedResults.Ok(selected.Plan(clock));

        var ids = selected.Messages.Select(message => message.Id).ToList();
        var now = clock.GetUtcNow();
        var redrive = new Redrive
        {
            Id = id,
            Status = WorkStatus.Running,
            Ids = string.Join('\n', ids),
            Selected = ids.Count + selected.Missing,
            NotFound = selected.Missing,
            RatePerSecond = request.RatePerSecond,
            Reason = request.Reason,
            RequestedBy = by.Id,
            RequestedAt = now,
            ClaimedUntil = now,
        };
        db.Add(redrive);
        db.Add(
            new OperatorAction
            {
                Id = Guid.CreateVersion7(now),
                At = now,
                By = by.Id,
                Action = OperatorActionNames.RedriveMessages,
                Queue = OperatorAction.QueueOf(selected.Queues),
                Count = ids.Count,
                Reason = request.Reason,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        signal.Wake();
        return Answer(redrive);

        static Accepted<RedriveView> Answer(Redrive redrive) =>
            TypedResults.Accepted($"/api/v1/operations/redrives/{redrive.Id}", RedriveView.Of(redrive));
    }

    /// <param name="Selection">The messages to redrive.</param>
    /// <param name="Limit">The max number of messages, the oldest first; 10000 by default.</param>
    /// <param name="RatePerSecond">The max number of messages per second.</param>
    /// <param name="DryRun">Whether to show the plan only.</param>
    /// <param name="Reason">The reason for the redrive.</param>
    /// <param name="Canary">Not supported yet; refused, so that a request for a trial never starts the whole redrive.</param>
    internal sealed record Request(
        Selection Selection,
        int? Limit,
        int? RatePerSecond,
        bool? DryRun,
        string Reason,
        JsonElement? Canary = null
    )
    {
        public const int MaxMessages = 10_000;

        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Selection).NotNull().SetValidator(new Selection.Validator());
                RuleFor(request => request.Limit)
                    .InclusiveBetween(1, MaxMessages)
                    .WithMessage($"must be from 1 to {MaxMessages}");
                RuleFor(request => request.RatePerSecond)
                    .InclusiveBetween(1, 10_000)
                    .WithMessage("must be from 1 to 10000");
                RuleFor(request => request.Canary)
                    .Must(canary => canary is null or { ValueKind: JsonValueKind.Null or JsonValueKind.False })
                    .WithMessage("is not supported; use limit to redrive a few messages first");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }
}
