using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Lists the alerts that fire, or also those that have ended.</summary>
internal static class ListAlerts
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/alerts", Handle)
            .WithSummary("List the alerts that fire, newest first")
            .WithDescription(
                "With ?ended=true, alerts that have ended follow them. These are kept for `Operations:Alerts:KeepFor`."
            );

    static async Task<Ok<Page<AlertView>>> Handle(
        bool? ended,
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var alerts = db.Set<Alert>().AsNoTracking();
        if (ended != true)
            alerts = alerts.Where(row => row.EndedAt == null);
        if (page.TryAfter<(bool HasEnded, DateTimeOffset Since, Guid Id)>(out var after))
            alerts = after.HasEnded
                ? alerts.Where(row =>
                    row.EndedAt != null && (row.Since < after.Since || (row.Since == after.Since && row.Id < after.Id))
                )
                : alerts.Where(row =>
                    row.EndedAt != null || row.Since < after.Since || (row.Since == after.Since && row.Id < after.Id)
                );
        var rows = await alerts
            .OrderBy(row => row.EndedAt == null ? 0 : 1)
            .ThenByDescending(row => row.Since)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => (row.EndedAt is not null, row.Since, row.Id), AlertView.Of));
    }
}
