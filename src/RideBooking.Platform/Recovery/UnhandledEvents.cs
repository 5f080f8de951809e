using System.Collections.Immutable;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>
/// Finds events that a consumer has not handled yet: those for which the consumer's inbox entry is missing.
/// </summary>
/// <remarks>
/// Only events young enough for their inbox entries to exist count. Older events are finished, or operators have held them
/// for a week.
/// </remarks>
internal sealed class UnhandledEvents(InboxConsumers consumers, EventCatalogue catalogue, TimeProvider clock)
{
    /// <summary>The number of events examined in one batch.</summary>
    public const int Batch = 500;

    // Inbox entries expire by their own age, which is less than the event's. This margin allows for a wrong clock.
    static readonly TimeSpan s_margin = TimeSpan.FromHours(1);

    /// <summary>The instant before which events are not examined: the inbox has begun to delete their entries.</summary>
    public DateTimeOffset Horizon => clock.GetUtcNow() - MessagingRegistration.InboxWindow + s_margin;

    /// <summary>Returns those of the events that a consumer has not handled, each with these consumers.</summary>
    public async Task<IReadOnlyList<(LoggedEvent Event, IReadOnlyList<InboxConsumer> By)>> Among(
        AppDbContext db,
        IReadOnlyCollection<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        var horizon = Horizon;
        var wanted = events
            .Where(row => row.Timestamp > horizon)
            .Select(row => (Event: row, By: ConsumersOf(row)))
            .Where(row => row.By.Length > 0)
            .ToList();
        if (wanted.Count == 0)
            return [];

        var ids = wanted.ConvertAll(row => row.Event.EventId);
        var entries = (
            await db.Set<InboxState>()
                .AsNoTracking()
                .Where(entry => ids.Contains(entry.MessageId) && entry.Consumed != null)
                .Select(entry => new { entry.MessageId, entry.ConsumerId })
                .ToListAsync(cancellationToken)
        )
            .Select(entry => (entry.MessageId, entry.ConsumerId))
            .ToHashSet();
        return
        [
            .. wanted
                .Select(row =>
                    (
                        row.Event,
                        (IReadOnlyList<InboxConsumer>)
                            [.. row.By.Where(consumer => !entries.Contains((row.Event.EventId, consumer.Id)))]
                    )
                )
                .Where(row => row.Item2.Count > 0),
        ];
    }

    // A message reaches the consumers of all versions of its event.
    ImmutableArray<InboxConsumer> ConsumersOf(LoggedEvent row) =>
        catalogue.Find(row.EventType, row.Version) is { } type
            ? [.. catalogue.VersionsOf(type.Name).SelectMany(version => consumers.Of(version.Type))]
            : [];
}
