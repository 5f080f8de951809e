using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Replays;

/// <summary>Returns the progress of a replay.</summary>
internal static class GetReplay
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/replays/{id:guid}", Handle)
            .WithSummary("Get a replay's progress")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.ReplayNotFound);

    static async Task<Results<Ok<ReplayView>, ProblemHttpResult>> Handle(
        Guid id,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        await db.Set<Replay>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is { } replay
            ? TypedResults.Ok(await ReplayView.Of(replay, db, cancellationToken))
            : OperationsProblems.NoSuchReplay();
}
