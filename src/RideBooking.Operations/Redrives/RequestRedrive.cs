using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Sends failed messages back to the queues they failed in, in the background.</summary>
internal static class RequestRedrive
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/redrives", Handle)
            .WithSummary("Redrive failed messages to the queues they failed in")
            .WithDescription(
                "They keep their message id and get their redeliveries anew. The selection is frozen when it is accepted: what fails again is not sent again. With dryRun the answer is the plan."
            )
            .Refuses(StatusCodes.Status404NotFound, Selection.QueueNotFound);

    static async Task<Results<Accepted<RedriveView>, Ok<Plan>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        FindFailedMessages find,
        AppDbContext db,
        RedriveSignal signal,
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

        if (request.Selection.Unknown(find) is { } unknown)
            return unknown;
        var selected = await request.Selection.Find(find, request.Limit ?? Request.MaxMessages, cancellationToken);
        if (request.DryRun == true)
            return TypedResults.Ok(selected.Plan(clock));

        var ids = selected.Messages.Select(message => message.Id).ToList();
        var now = clock.GetUtcNow();
        var redrive = new Redrive
        {
            Id = id,
            Status = Redrive.Running,
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
        db.Add(AuditEntry.Of("redrive", selected.Queues, ids.Count, by.Id, request.Reason, now));
        await db.SaveChangesAsync(cancellationToken);
        signal.Wake();
        return Answer(redrive);

        static Accepted<RedriveView> Answer(Redrive redrive) =>
            TypedResults.Accepted($"/api/v1/operations/redrives/{redrive.Id}", RedriveView.Of(redrive));
    }

    /// <param name="Selection">Which.</param>
    /// <param name="Limit">At most so many, the oldest first; 10000 when absent.</param>
    /// <param name="RatePerSecond">At most so many a second.</param>
    /// <param name="DryRun">Only say what would be sent.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Canary">Not there yet. Whoever asks for a trial must not get the whole.</param>
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
                    .WithMessage("is not supported; a limit sends a few first");
                RuleFor(request => request.Reason).NotNull().Text(1, Selection.MaxReason);
            }
        }
    }
}
