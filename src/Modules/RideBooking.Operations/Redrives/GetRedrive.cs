using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Returns the progress of a redrive.</summary>
internal static class GetRedrive
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/redrives/{id:guid}", Handle)
            .WithSummary("Get a redrive's progress")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.RedriveNotFound);

    static async Task<Results<Ok<RedriveView>, ProblemHttpResult>> Handle(
        Guid id,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        await db.Set<Redrive>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
            is { } redrive
            ? TypedResults.Ok(RedriveView.Of(redrive, await RedriveOutcomes.Of(db, id, cancellationToken)))
            : OperationsProblems.NoSuchRedrive();
}
