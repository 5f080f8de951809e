using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Operations.Alerts;
using RideBooking.Operations.FailedMessages;
using RideBooking.Operations.Subscriptions;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Failures;

/// <summary>Counts everything that failed and has not been dealt with, of every kind.</summary>
internal static class CountFailures
{
    public const string FailedMessages = "failedMessages";
    public const string UnsentMessages = "unsentMessages";
    public const string FailingTimers = "failingTimers";
    public const string ParkedEvents = "parkedEvents";
    public const string GivenUpNotifications = "givenUpNotifications";

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failures", Handle)
            .WithSummary("Count everything that failed, of every kind")
            .WithDescription(
                "Failed messages, parked events and notifications that were given up wait for an operator. Messages in the outbox and timers are tried again until they are sent."
            );

    static async Task<Ok<View>> Handle(AppDbContext db, CancellationToken cancellationToken)
    {
        var messages = await db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Failed)
            .GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Oldest = all.Min(row => row.FailedAt) })
            .SingleOrDefaultAsync(cancellationToken);
        var unsent = await ListUnsentMessages
            .Unsent(db)
            .GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Oldest = all.Min(row => row.SentTime) })
            .SingleOrDefaultAsync(cancellationToken);
        var timers = await db.FailingTimers()
            .GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Oldest = all.Min(row => row.DueTicks) })
            .SingleOrDefaultAsync(cancellationToken);
        var parked = await db.LiveParkedEvents()
            .GroupBy(row => row.Subscription)
            .Select(subscription => new
            {
                subscription.Key,
                Count = subscription.Count(),
                Oldest = subscription.Min(row => row.ParkedAt),
            })
            .OrderBy(subscription => subscription.Key)
            .ToListAsync(cancellationToken);
        var givenUp = await db.Set<AlertNotification>()
            .Where(row => row.Status == AlertNotification.GivenUp)
            .GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Oldest = all.Min(row => row.CreatedAt) })
            .SingleOrDefaultAsync(cancellationToken);
        return TypedResults.Ok(
            new View([
                new(FailedMessages, null, messages?.Count ?? 0, messages?.Oldest, "/api/v1/operations/failed-messages"),
                new(UnsentMessages, null, unsent?.Count ?? 0, unsent?.Oldest, "/api/v1/operations/outbox/unsent"),
                new(
                    FailingTimers,
                    null,
                    timers?.Count ?? 0,
                    timers is null ? null : ListFailingTimers.Item.Instant(timers.Oldest),
                    "/api/v1/operations/timers/failing"
                ),
                new(
                    GivenUpNotifications,
                    null,
                    givenUp?.Count ?? 0,
                    givenUp?.Oldest,
                    $"/api/v1/operations/alerts/notifications?status={AlertNotification.GivenUp}"
                ),
                .. parked
                    .Select(subscription => new Item(
                        ParkedEvents,
                        subscription.Key,
                        subscription.Count,
                        subscription.Oldest,
                        $"/api/v1/operations/subscriptions/{Uri.EscapeDataString(subscription.Key)}/parked-events"
                    ))
                    .DefaultIfEmpty(new Item(ParkedEvents, null, 0, null, "/api/v1/operations/subscriptions")),
            ])
        );
    }

    /// <param name="Items">Every kind, also one of which nothing failed; parked events by subscription.</param>
    internal sealed record View(IReadOnlyList<Item> Items);

    /// <param name="Kind">
    /// <c>failedMessages</c>: they failed after all retries, or no consumer takes them; <c>unsentMessages</c>: the broker refused
    /// them; <c>failingTimers</c>: they were due and could not be sent; <c>givenUpNotifications</c>: the webhook did not take them;
    /// <c>parkedEvents</c>: a subscription could not apply them.
    /// </param>
    /// <param name="Subscription">For parked events: the subscription; null if none has any.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Oldest">
    /// Since when there are some: when the oldest failed, was committed, was due or was parked; null if there is none.
    /// </param>
    /// <param name="Url">The list of them.</param>
    internal sealed record Item(string Kind, string? Subscription, int Count, DateTimeOffset? Oldest, string Url);
}
