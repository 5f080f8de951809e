using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Reports how many messages wait for an operator.</summary>
internal sealed class ErrorQueueDepth(IErrorQueues queues, ReceiveEndpoints endpoints) : IGaugeSource
{
    static readonly Gauge s_depth = new(
        "ridebooking.error_queue.messages",
        "{message}",
        "Messages in error and skipped queues",
        "queue"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_depth];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        List<Reading> readings = [];
        foreach (var queue in FailedMessageSearch.QueuesOf(endpoints))
            readings.Add(s_depth.Reads(await queues.CountCheaply(queue, cancellationToken), queue));
        return readings;
    }
}
