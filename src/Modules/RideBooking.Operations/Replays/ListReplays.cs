using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Replays;

/// <summary>Lists replays.</summary>
internal static class ListReplays
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapGet("/operations/replays", Handle).WithSummary("List replays, newest first");

    static async Task<Ok<Page<ReplayView>>> Handle(
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var replays = db.Set<Replay>().AsNoTracking();
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            replays = replays.Where(row =>
                row.RequestedAt < after.At || (row.RequestedAt == after.At && row.Id < after.Id)
            );
        var rows = await replays
            .OrderByDescending(row => row.RequestedAt)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        var views = (await ReplayView.Of(rows, db, cancellationToken)).ToDictionary(view => view.Id);
        return TypedResults.Ok(page.Of(rows, row => (row.RequestedAt, row.Id), row => views[row.Id]));
    }
}
