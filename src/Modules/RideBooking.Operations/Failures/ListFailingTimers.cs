using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Failures;

/// <summary>Lists the timers that were due and could not be sent.</summary>
internal static class ListFailingTimers
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/timers/failing", Handle)
            .WithSummary(
                "List the timers and redeliveries that could not be sent when they were due, the longest due first"
            )
            .WithDescription(
                "The scheduler tries again with a growing delay, of at most a minute, and no timer is lost."
            );

    static async Task<Ok<Page<Item>>> Handle(PageRequest page, AppDbContext db, CancellationToken cancellationToken)
    {
        var failing = db.FailingTimers();
        if (page.TryAfter<(long DueTicks, string Token)>(out var after))
            failing = failing.Where(timer =>
                timer.DueTicks > after.DueTicks
                || (timer.DueTicks == after.DueTicks && string.Compare(timer.Token, after.Token) > 0)
            );
        var rows = await failing
            .OrderBy(timer => timer.DueTicks)
            .ThenBy(timer => timer.Token)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => (row.DueTicks, row.Token), Item.Of));
    }

    /// <param name="Token">The timer's token.</param>
    /// <param name="MessageType">The name of the message's type; null if it cannot be read.</param>
    /// <param name="Destination">Where it is sent: the name of an exchange or a queue; null if it cannot be read.</param>
    /// <param name="DueAt">When it was due.</param>
    /// <param name="Attempts">How many attempts to send it have failed.</param>
    /// <param name="NextAttemptAt">When the scheduler tries again; null while it is trying.</param>
    internal sealed record Item(
        string Token,
        string? MessageType,
        string? Destination,
        DateTimeOffset DueAt,
        int Attempts,
        DateTimeOffset? NextAttemptAt
    )
    {
        public static Item Of(FailingTimer row) =>
            new(
                row.Token,
                FailedMessage.ShortName(row.MessageTypes?.Split(';')[0]),
                // The whole address names the broker's host.
                row.Destination?.Split('?')[0].Split('/', ':')[^1],
                Instant(row.DueTicks),
                row.Attempts,
                row.NextAttemptTicks is { } ticks ? Instant(ticks) : null
            );

        public static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);
    }
}
