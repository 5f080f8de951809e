using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Platform.Observability;

/// <summary>Measures the messages that wait in the endpoints' queues and in their error queues, on RabbitMQ only.</summary>
/// <remarks>The in-memory transport does not count its messages, so the gauges show nothing there.</remarks>
internal sealed class QueueDepths(ReceiveEndpoints endpoints, TransportOptions transport, BrokerQueues broker)
    : IGaugeSource
{
    static readonly Gauge s_waiting = new(
        "ridebooking.endpoint.messages",
        "{message}",
        "Event lag: messages that wait in the endpoint's queue, on RabbitMQ",
        "endpoint"
    );

    // Skipped queues are not asked for: most do not exist, and the broker logs an error for each query for one that is missing.
    static readonly Gauge s_unstored = new(
        "ridebooking.error_queue.unstored",
        "{message}",
        "Failed messages that are still in the error queue on RabbitMQ; they move to the store within seconds if it accepts them",
        "queue"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_waiting, s_unstored];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        if (transport.Kind != TransportKind.RabbitMq)
            return [];
        var readings = new List<Reading>();
        foreach (var endpoint in endpoints.Names)
        {
            long? all = null;
            foreach (var queue in endpoints.QueuesOf(endpoint))
                if (await broker.Count(queue, cancellationToken) is { } waiting)
                    all = waiting + (all ?? 0);
            if (all is { } messages)
                readings.Add(s_waiting.Reads(messages, endpoint));
            var errors = endpoint + ReceiveEndpoints.ErrorSuffix;
            if (await broker.Count(errors, cancellationToken) is { } failed)
                readings.Add(s_unstored.Reads(failed, errors));
        }
        return readings;
    }
}
