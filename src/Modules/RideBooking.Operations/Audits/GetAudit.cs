using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Audits;

/// <summary>Returns the progress and the result of an audit.</summary>
internal static class GetAudit
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/audits/{id:guid}", Handle)
            .WithSummary("Get an audit's progress and result")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.AuditNotFound);

    static async Task<Results<Ok<AuditView>, ProblemHttpResult>> Handle(
        Guid id,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        await db.Set<Audit>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is { } audit
            ? TypedResults.Ok(AuditView.Of(audit))
            : OperationsProblems.NoSuchAudit();
}
