using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Pauses, resumes or cancels a redrive.</summary>
internal static class ControlRedrive
{
    public static void Map(RouteGroupBuilder operators)
    {
        Describe(operators.MapPost("/operations/redrives/{id:guid}/pause", HandlePause))
            .WithSummary("Pause a redrive")
            .WithDescription("Messages that were not sent stay selected. Repeating it has no effect.");
        Describe(operators.MapPost("/operations/redrives/{id:guid}/resume", HandleResume))
            .WithSummary("Resume a paused redrive")
            .WithDescription(
                "It continues with the next message; without the canary, if that has paused it. Repeating it has no effect."
            );
        Describe(operators.MapPost("/operations/redrives/{id:guid}/cancel", HandleCancel))
            .WithSummary("Cancel a redrive")
            .WithDescription("Messages that were not sent are failed messages again. Repeating it has no effect.");
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) =>
        endpoint
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.RedriveNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.RedriveEnded);

    static Task<Results<Ok<RedriveView>, ProblemHttpResult>> HandlePause(
        [AsParameters] Control parameters,
        Request request
    ) => parameters.Change(WorkStatus.Paused, OperatorActionNames.PauseRedrive, request.Reason);

    static Task<Results<Ok<RedriveView>, ProblemHttpResult>> HandleResume(
        [AsParameters] Control parameters,
        Request request
    ) => parameters.Change(WorkStatus.Running, OperatorActionNames.ResumeRedrive, request.Reason);

    static Task<Results<Ok<RedriveView>, ProblemHttpResult>> HandleCancel(
        [AsParameters] Control parameters,
        Request request
    ) => parameters.Change(WorkStatus.Cancelled, OperatorActionNames.CancelRedrive, request.Reason);

    static async Task<Results<Ok<RedriveView>, ProblemHttpResult>> Change(
        this Control parameters,
        string status,
        string action,
        string reason
    )
    {
        var (id, by, db, signal, clock, cancellationToken) = parameters;
        var now = clock.GetUtcNow();
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            var changed = await db.Set<Redrive>()
                .Where(row => row.Id == id && row.Status != status)
                .Where(row => row.Status == WorkStatus.Running || row.Status == WorkStatus.Paused)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Status, status).SetProperty(row => row.Error, (string?)null),
                    cancellationToken
                );
            if (changed == 1)
            {
                db.Add(new OperatorAction(by.Id, action, reason, now));
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                signal.Wake();
            }
        }
        if (
            await db.Set<Redrive>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
            is not { } redrive
        )
            return OperationsProblems.NoSuchRedrive();
        return redrive.Status == status
            ? TypedResults.Ok(RedriveView.Of(redrive, await RedriveOutcomes.Of(db, id, cancellationToken)))
            : Problem.Conflict(OperationsProblems.RedriveEnded, $"The redrive is {redrive.Status}.");
    }

    internal sealed record Control(
        Guid Id,
        Operator By,
        AppDbContext Db,
        WorkSignal<RunRedrives> Signal,
        TimeProvider Clock,
        CancellationToken CancellationToken
    );

    /// <param name="Reason">The reason.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
