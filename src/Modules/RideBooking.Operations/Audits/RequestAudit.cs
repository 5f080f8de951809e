using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Audits;

/// <summary>Starts an audit in the background.</summary>
internal static class RequestAudit
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/audits", Handle)
            .WithSummary("Audit the event log and all rides")
            .WithDescription(
                "Verifies that every ride equals the fold of its events, that positions and stream versions have no gap, and that "
                    + "no event was changed since it was chained. It changes nothing, and rides continue meanwhile."
            );

    static async Task<Accepted<AuditView>> Handle(
        Request? request,
        Operator by,
        IdempotentRequest attempt,
        AppDbContext db,
        WorkSignal<RunAudits> signal,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var id = attempt.IdFor("audit");
        var audit = await db.Set<Audit>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (audit is null)
        {
            var now = clock.GetUtcNow();
            audit = new Audit
            {
                Id = id,
                Status = WorkStatus.Running,
                RequestedBy = by.Id,
                RequestedAt = now,
                ClaimedUntil = now,
            };
            db.Add(audit);
            db.Add(new OperatorAction(by.Id, OperatorActionNames.StartAudit, request?.Reason ?? "", now));
            await db.SaveChangesAsync(cancellationToken);
            signal.Wake();
        }
        return TypedResults.Accepted($"/api/v1/operations/audits/{id}", AuditView.Of(audit));
    }

    /// <param name="Reason">Why; optional, because an audit changes nothing.</param>
    internal sealed record Request(string? Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
