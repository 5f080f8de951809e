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
        Map(
            operators,
            "pause",
            "Pause a redrive",
            "Messages that were not sent stay selected.",
            WorkStatus.Paused,
            OperatorActionNames.PauseRedrive
        );
        Map(
            operators,
            "resume",
            "Resume a paused redrive",
            "It continues with the next message; without the canary, if that has paused it.",
            WorkStatus.Running,
            OperatorActionNames.ResumeRedrive
        );
        Map(
            operators,
            "cancel",
            "Cancel a redrive",
            "Messages that were not sent are failed messages again.",
            WorkStatus.Cancelled,
            OperatorActionNames.CancelRedrive
        );
    }

    static void Map(
        RouteGroupBuilder operators,
        string verb,
        string summary,
        string effect,
        string status,
        string action
    ) =>
        operators
            .MapPost(
                $"/operations/redrives/{{id:guid}}/{verb}",
                (
                    Guid id,
                    Request request,
                    Operator by,
                    AppDbContext db,
                    WorkSignal<RunRedrives> signal,
                    TimeProvider clock,
                    CancellationToken cancellationToken
                ) => Handle(id, request, by, db, signal, clock, status, action, cancellationToken)
            )
            .WithSummary(summary)
            .WithDescription($"{effect} Repeating it has no effect.")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.RedriveNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.RedriveEnded);

    static async Task<Results<Ok<RedriveView>, ProblemHttpResult>> Handle(
        Guid id,
        Request request,
        Operator by,
        AppDbContext db,
        WorkSignal<RunRedrives> signal,
        TimeProvider clock,
        string status,
        string action,
        CancellationToken cancellationToken
    )
    {
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
                db.Add(
                    new OperatorAction
                    {
                        Id = Guid.CreateVersion7(now),
                        At = now,
                        By = by.Id,
                        Action = action,
                        Reason = request.Reason,
                    }
                );
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

    /// <param name="Reason">The reason.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
