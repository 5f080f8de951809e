using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Audits;

/// <summary>Cancels an audit. What it has found so far is kept.</summary>
internal static class CancelAudit
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/audits/{id:guid}/cancel", Handle)
            .WithSummary("Cancel an audit")
            .WithDescription("What it has found so far is kept. An audit that has ended does not change.")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.AuditNotFound);

    static async Task<Results<Ok<AuditView>, ProblemHttpResult>> Handle(
        Guid id,
        Request? request,
        Operator by,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            var cancelled = await db.Set<Audit>()
                .Where(row => row.Id == id && row.Status == WorkStatus.Running)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Status, WorkStatus.Cancelled)
                            .SetProperty(row => row.FinishedAt, now),
                    cancellationToken
                );
            if (cancelled == 1)
            {
                db.Add(new OperatorAction(by.Id, OperatorActionNames.CancelAudit, request?.Reason ?? "", now));
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
        }
        return
            await db.Set<Audit>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
                is { } audit
            ? TypedResults.Ok(AuditView.Of(audit))
            : OperationsProblems.NoSuchAudit();
    }

    /// <param name="Reason">The reason to cancel it; optional.</param>
    internal sealed record Request(string? Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
