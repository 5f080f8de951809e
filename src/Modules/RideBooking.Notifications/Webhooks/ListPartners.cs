using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Lists the partners, without their secrets.</summary>
internal static class ListPartners
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/partners", Handle)
            .WithSummary("List the partners whose webhooks get events, newest first");

    static async Task<Ok<Page<PartnerView>>> Handle(
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var partners = db.Set<Partner>().AsNoTracking();
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            partners = partners.Where(row =>
                row.CreatedAt < after.At || (row.CreatedAt == after.At && row.Id < after.Id)
            );
        var rows = await partners
            .OrderByDescending(row => row.CreatedAt)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => (row.CreatedAt, row.Id), PartnerView.Of));
    }
}
