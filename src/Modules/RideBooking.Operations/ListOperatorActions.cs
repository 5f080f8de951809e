using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Lists the actions of operators.</summary>
internal static class ListOperatorActions
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapGet("/operations/audit", Handle).WithSummary("List operators' actions, newest first");

    static async Task<Ok<Page<Item>>> Handle(PageRequest page, AppDbContext db, CancellationToken cancellationToken)
    {
        var actions = db.Set<OperatorAction>().AsNoTracking();
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            actions = actions.Where(row => row.At < after.At || (row.At == after.At && row.Id < after.Id));
        var rows = await actions
            .OrderByDescending(row => row.At)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            page.Of(
                rows,
                row => (row.At, row.Id),
                row => new Item(
                    row.Id,
                    row.At,
                    row.By,
                    row.Action,
                    row.Queue,
                    row.Fingerprint,
                    row.RideId,
                    row.RiderId,
                    row.Subscription,
                    row.Position,
                    row.Count,
                    row.Reason
                )
            )
        );
    }

    /// <param name="Id">The action's id.</param>
    /// <param name="At">When the action was taken.</param>
    /// <param name="By">Who took it: the token's subject; for a recovery, account and machine.</param>
    /// <param name="Action"><c>redrive-messages</c>, <c>pause-redrive</c>, <c>resume-redrive</c>, <c>cancel-redrive</c>, <c>edit-message</c>, <c>repair-messages</c>, <c>discard-messages</c>, <c>restore-messages</c>, <c>note-failure</c>, <c>retry-alert-notification</c>, <c>recover-messages</c>, <c>force-complete-ride</c>, <c>force-cancel-ride</c>, <c>reassign-ride</c>, <c>retry-payment</c>, <c>write-off-payment</c>, <c>refund-payment</c>, <c>retry-event</c>, <c>skip-event</c>, <c>start-subscription</c>, <c>start-replay</c>, <c>cancel-replay</c>, <c>start-audit</c>, <c>cancel-audit</c>, <c>archive-rides</c>, <c>pause-endpoint</c>, <c>resume-endpoint</c>, <c>create-partner</c>, <c>disable-partner</c>, <c>redrive-delivery</c> or <c>forget-rider</c>.</param>
    /// <param name="Queue">The queue, if the action concerns one; the endpoint that was paused or resumed.</param>
    /// <param name="Fingerprint">The fingerprint of the failure, if the action concerns its note. The reason is then the note.</param>
    /// <param name="RideId">The ride, if the action concerns one.</param>
    /// <param name="RiderId">The rider, if the action concerns one.</param>
    /// <param name="Subscription">The subscription, if the action concerns one, its replay or an event of it.</param>
    /// <param name="Position">The event's position, if the action concerns a parked event of the subscription.</param>
    /// <param name="Count">How many messages the action was meant for; for a recovery, events and work items republished.</param>
    /// <param name="Reason">The reason; empty if none was given, which only an audit allows.</param>
    internal sealed record Item(
        Guid Id,
        DateTimeOffset At,
        string By,
        string Action,
        string? Queue,
        string? Fingerprint,
        Guid? RideId,
        string? RiderId,
        string? Subscription,
        long? Position,
        int Count,
        string Reason
    );
}
