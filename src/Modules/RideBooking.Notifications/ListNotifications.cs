using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications;

/// <summary>Lists the caller's notifications, newest first.</summary>
internal static class ListNotifications
{
    const string Languages =
        "In the language that `Accept-Language` prefers of those that there are: English (the default) and German. "
        + "`Content-Language` names it.";

    public static void MapForRiders(RouteGroupBuilder riders) =>
        riders
            .MapGet("/riders/me/notifications", HandleRider)
            .WithSummary("List your notifications, newest first")
            .WithDescription(Languages);

    public static void MapForDrivers(RouteGroupBuilder drivers) =>
        drivers
            .MapGet("/drivers/me/notifications", HandleDriver)
            .WithSummary("List your notifications as a driver, newest first")
            .WithDescription(Languages);

    public static void MapForOperators(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/notifications", HandleOperator)
            .WithSummary("List the notifications of operators, newest first")
            .WithDescription($"All operators see the same. {Languages}");

    static Task<Ok<Page<Item>>> HandleRider(
        PageRequest page,
        Rider rider,
        AppDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) => List(Audience.Rider, rider.Id, LanguageOf(context), page, db, cancellationToken);

    static Task<Ok<Page<Item>>> HandleDriver(
        PageRequest page,
        Driver driver,
        AppDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) => List(Audience.Driver, driver.Id, LanguageOf(context), page, db, cancellationToken);

    static Task<Ok<Page<Item>>> HandleOperator(
        PageRequest page,
        AppDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) => List(Audience.Operator, NotificationContent.Operators, LanguageOf(context), page, db, cancellationToken);

    internal static async Task<Ok<Page<Item>>> List(
        Audience audience,
        string recipientId,
        string language,
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
        return TypedResults.Ok(page.Of(rows, x => (x.At, x.Id), x => Item.Of(x, language)));
    }

    /// <summary>Returns the reader's language, and names it in the answer.</summary>
    static string LanguageOf(HttpContext context)
    {
        var language = Language.Preferred(context.Request.Headers.AcceptLanguage);
        context.Response.Headers.ContentLanguage = language;
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
        return language;
    }

    /// <summary>One notification.</summary>
    /// <param name="Id">The notification.</param>
    /// <param name="Kind">The subject, a stable word such as <c>driverArrived</c>.</param>
    /// <param name="Title">A few words.</param>
    /// <param name="Text">A sentence or two.</param>
    /// <param name="RideId">The ride; null if it is about none.</param>
    /// <param name="At">When the event happened.</param>
    internal sealed record Item(Guid Id, string Kind, string Title, string Text, Guid? RideId, DateTimeOffset At)
    {
        public static Item Of(Notification row, string language)
        {
            var words = row.In(language);
            return new(row.Id, row.Kind, words.Title, words.Text, row.RideId == Guid.Empty ? null : row.RideId, row.At);
        }
    }
}
