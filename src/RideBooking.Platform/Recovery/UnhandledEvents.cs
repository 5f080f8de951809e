using System.Collections.Immutable;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>
/// Tells which events somebody has not handled yet: those for which a consumer's inbox mark is missing. Only events that are
/// young enough for their marks to be there count; older ones are finished, or have been with the operators for a week.
/// </summary>
internal sealed class UnhandledEvents(InboxConsumers consumers, EventCatalogue catalogue, TimeProvider clock)
{
    /// <summary>How many events are looked at in one go.</summary>
    public const int Batch = 500;

    // Marks are forgotten by their own age, which is less than the event's; a clock may be wrong by so much.
    static readonly TimeSpan s_margin = TimeSpan.FromHours(1);

    /// <summary>Events before this instant are not looked at: the inbox has begun to forget them.</summary>
    public DateTimeOffset Horizon => clock.GetUtcNow() - MessagingRegistration.InboxWindow + s_margin;

    /// <summary>Those of these events that a consumer has not handled, each with the consumers that have not.</summary>
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
        var marks = (
            await db.Set<InboxState>()
                .AsNoTracking()
                .Where(mark => ids.Contains(mark.MessageId) && mark.Consumed != null)
                .Select(mark => new { mark.MessageId, mark.ConsumerId })
                .ToListAsync(cancellationToken)
        )
            .Select(mark => (mark.MessageId, mark.ConsumerId))
            .ToHashSet();
        return
        [
            .. wanted
                .Select(row =>
                    (
                        row.Event,
                        (IReadOnlyList<InboxConsumer>)
                            [.. row.By.Where(consumer => !marks.Contains((row.Event.EventId, consumer.Id)))]
                    )
                )
                .Where(row => row.Item2.Count > 0),
        ];
    }

    ImmutableArray<InboxConsumer> ConsumersOf(LoggedEvent row) =>
        catalogue.Find(row.EventType, row.Version) is { } type ? consumers.Of(type.Type) : [];
}
