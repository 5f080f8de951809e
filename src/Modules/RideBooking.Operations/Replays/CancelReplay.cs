using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Replays;

/// <summary>Cancels a replay; its rows are deleted, and the live ones stay.</summary>
internal static class CancelReplay
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/replays/{id:guid}/cancel", Handle)
            .WithSummary("Cancel a replay")
            .WithDescription("The live rows stay. Repeating it has no effect.")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.ReplayNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.ReplayCompleted);

    static async Task<Results<Ok<ReplayView>, ProblemHttpResult>> Handle(
        Guid id,
        Request request,
        Operator by,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            var cancelled = await db.Set<Replay>()
                .Where(row => row.Id == id && row.Status == Replay.Running)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Status, Replay.Cancelled).SetProperty(row => row.FinishedAt, now),
                    cancellationToken
                );
            if (cancelled == 1)
            {
                // The host that runs it loses its lease, and so notices it at its next write.
                var generation = db.Set<Subscription>()
                    .Where(row =>
                        db.Set<Replay>()
                            .Any(replay =>
                                replay.Id == id && replay.Projection == row.Name && replay.Generation == row.Generation
                            )
                    );
                await generation.ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Epoch, row => row.Epoch + 1),
                    cancellationToken
                );
                // The generation is deleted next, and with it how far it was read.
                var read = await generation.AsNoTracking().SingleAsync(cancellationToken);
                await db.Set<Replay>()
                    .Where(row => row.Id == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.Position, read.Position), cancellationToken);
                db.Add(
                    new OperatorAction(by.Id, OperatorActionNames.CancelReplay, request.Reason, now)
                    {
                        Subscription = read.Name,
                    }
                );
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
        }
        if (
            await db.Set<Replay>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
            is not { } replay
        )
            return OperationsProblems.NoSuchReplay();
        return replay.Status == Replay.Completed
            ? Problem.Conflict(
                OperationsProblems.ReplayCompleted,
                "The replay is completed: its rows are the live ones."
            )
            : TypedResults.Ok(await ReplayView.Of(replay, db, cancellationToken));
    }

    /// <param name="Reason">The reason to cancel it.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
