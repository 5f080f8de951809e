using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Lists redrives.</summary>
internal static class ListRedrives
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapGet("/operations/redrives", Handle).WithSummary("List redrives, newest first");

    static async Task<Ok<Page<RedriveView>>> Handle(
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var redrives = db.Set<Redrive>().AsNoTracking();
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            redrives = redrives.Where(row =>
                row.RequestedAt < after.At || (row.RequestedAt == after.At && row.Id < after.Id)
            );
        var rows = await redrives
            .OrderByDescending(row => row.RequestedAt)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        var outcomes = await RedriveOutcomes.Of(db, rows.ConvertAll(row => row.Id), cancellationToken);
        return TypedResults.Ok(
            page.Of(rows, row => (row.RequestedAt, row.Id), row => RedriveView.Of(row, outcomes[row.Id]))
        );
    }
}
