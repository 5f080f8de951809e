using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Takes messages out of their error queue for good, and keeps them aside with the reason.</summary>
internal static class DiscardMessages
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/discard", Handle)
            .WithSummary("Take failed messages out of their queue")
            .WithDescription(
                "They are kept with who, when and why: see state=discarded, and restore. With dryRun the answer is the plan."
            )
            .Refuses(StatusCodes.Status404NotFound, Selection.QueueNotFound);

    static async Task<Results<Ok<View>, Ok<Plan>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        FindFailedMessages find,
        IErrorQueues queues,
        IServiceScopeFactory scopes,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (request.Selection.Unknown(find) is { } unknown)
            return unknown;
        var selected = await request.Selection.Find(find, request.Limit ?? Request.MaxMessages, stop);
        if (request.DryRun == true)
            return TypedResults.Ok(selected.Plan(clock));
        var ids = selected.Messages.Select(message => message.Id).ToHashSet();
        if (ids.Count == 0)
            return TypedResults.Ok(new View(0, selected.Missing));

        await Save(AuditEntry.Of("discard", selected.Queues, ids.Count, by.Id, request.Reason, clock.GetUtcNow()));
        HashSet<string> discarded = [];
        foreach (var queue in selected.Queues)
            await queues.Work(
                queue,
                message => ids.Contains(message.Id) ? Handling.Remove : Handling.Keep,
                async message =>
                {
                    await Save(
                        MessageAction.Of(message, MessageAction.Discarded, clock.GetUtcNow(), by.Id, request.Reason)
                    );
                    discarded.Add(message.Id);
                },
                stop
            );
        return TypedResults.Ok(new View(discarded.Count, selected.Missing + ids.Count - discarded.Count));

        async Task Save(object row)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            db.Add(row);
            await db.SaveChangesAsync(stop);
        }
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
