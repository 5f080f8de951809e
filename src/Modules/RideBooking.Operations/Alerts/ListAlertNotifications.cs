using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Lists the notifications of alerts to the webhook.</summary>
internal static class ListAlertNotifications
{
    static readonly string[] s_statuses =
    [
        AlertNotification.Pending,
        AlertNotification.Delivered,
        AlertNotification.GivenUp,
    ];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/alerts/notifications", Handle)
            .WithSummary("List the notifications of alerts to the webhook, newest first")
            .WithDescription(
                $"status is one of {string.Join(", ", s_statuses)}; the default is all of them. Those that are givenUp wait for an operator."
            );

    static async Task<Results<Ok<Page<AlertNotificationView>>, ProblemHttpResult>> Handle(
        string? status,
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (status is not null && !s_statuses.Contains(status))
            return Problem.Validation("status", $"must be one of: {string.Join(", ", s_statuses)}");
        var notifications = db.Set<AlertNotification>().AsNoTracking();
        if (status is not null)
            notifications = notifications.Where(row => row.Status == status);
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            notifications = notifications.Where(row =>
                row.CreatedAt < after.At || (row.CreatedAt == after.At && row.Id < after.Id)
            );
        var rows = await notifications
            .OrderByDescending(row => row.CreatedAt)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => (row.CreatedAt, row.Id), AlertNotificationView.Of));
    }
}
