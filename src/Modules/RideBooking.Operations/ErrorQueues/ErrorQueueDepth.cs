using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Reports how many messages wait for an operator.</summary>
internal sealed class ErrorQueueDepth(AppDbContext db, ReceiveEndpoints endpoints) : IGaugeSource
{
    static readonly Gauge s_depth = new(
        "ridebooking.error_queue.messages",
        "{message}",
        "Failed messages that wait for an operator, by the error or skipped queue in which they were",
        "queue"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_depth];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var counts = await db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Failed)
            .GroupBy(row => row.Queue)
            .Select(queue => new { queue.Key, Count = queue.Count() })
            .ToDictionaryAsync(queue => queue.Key, queue => queue.Count, cancellationToken);
        return
        [
            .. ErrorQueueNames
                .Of(endpoints)
                .Union(counts.Keys)
                .Select(queue => s_depth.Reads(counts.GetValueOrDefault(queue), queue)),
        ];
    }
}
