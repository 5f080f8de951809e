using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications;

/// <summary>Lists the caller's notifications, newest first.</summary>
internal static class ListNotifications
{
    public static void MapForRiders(RouteGroupBuilder riders) =>
        riders.MapGet("/riders/me/notifications", HandleRider).WithSummary("List your notifications, newest first");

    public static void MapForDrivers(RouteGroupBuilder drivers) =>
        drivers
            .MapGet("/drivers/me/notifications", HandleDriver)
            .WithSummary("List your notifications as a driver, newest first");

    static Task<Ok<Page<Item>>> HandleRider(
        PageRequest page,
        Rider rider,
        AppDbContext db,
        CancellationToken cancellationToken
    ) => List(Audience.Rider, rider.Id, page, db, cancellationToken);

    static Task<Ok<Page<Item>>> HandleDriver(
        PageRequest page,
        Driver driver,
        AppDbContext db,
        CancellationToken cancellationToken
    ) => List(Audience.Driver, driver.Id, page, db, cancellationToken);

    internal static async Task<Ok<Page<Item>>> List(
        Audience audience,
        string recipientId,
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var mine = db.Set<Notification>()
            .AsNoTracking()
            .Where(x => x.Audience == audience && x.RecipientId == recipientId);
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            mine = mine.Where(x => x.At < after.At || (x.At == after.At && x.Id < after.Id));

        var rows = await mine.OrderByDescending(x => x.At)
            .ThenByDescending(x => x.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            page.Of(rows, x => (x.At, x.Id), x => new Item(x.Id, x.Kind, x.Title, x.Text, x.RideId, x.At))
        );
    }

    /// <summary>One notification.</summary>
    /// <param name="Id">The notification.</param>
    /// <param name="Kind">The subject, a stable word such as <c>driverArrived</c>.</param>
    /// <param name="Title">A few words.</param>
    /// <param name="Text">A sentence or two.</param>
    /// <param name="RideId">The ride; null if it is about none.</param>
    /// <param name="At">When the event happened.</param>
    internal sealed record Item(Guid Id, string Kind, string Title, string Text, Guid? RideId, DateTimeOffset At);
}
