using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>What operators did.</summary>
internal static class ListAudit
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapGet("/operations/audit", Handle).WithSummary("List the operators' audit, newest first");

    static async Task<Ok<Page<Item>>> Handle(PageRequest page, AppDbContext db, CancellationToken cancellationToken)
    {
        var entries = db.Set<AuditEntry>().AsNoTracking();
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            entries = entries.Where(row => row.At < after.At || (row.At == after.At && row.Id < after.Id));
        var rows = await entries
            .OrderByDescending(row => row.At)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            page.Of(
                rows,
                row => (row.At, row.Id),
                row => new Item(row.Id, row.At, row.By, row.Action, row.Queue, row.RideId, row.Count, row.Reason)
            )
        );
    }

    /// <param name="Id">Its id.</param>
    /// <param name="At">When.</param>
    /// <param name="By">Who: the token's subject; of a recovery, account and machine.</param>
    /// <param name="Action"><c>redrive</c>, <c>discard</c>, <c>restore</c>, <c>recover</c>, <c>force-complete</c>, <c>force-cancel</c>, <c>retry-payment</c> or <c>write-off</c>.</param>
    /// <param name="Queue">The queue, where it was one.</param>
    /// <param name="RideId">The ride, where it was one.</param>
    /// <param name="Count">How many messages it was meant for; of a recovery, events and pieces of work said again.</param>
    /// <param name="Reason">Why.</param>
    internal sealed record Item(
        Guid Id,
        DateTimeOffset At,
        string By,
        string Action,
        string? Queue,
        Guid? RideId,
        int Count,
        string Reason
    );
}
