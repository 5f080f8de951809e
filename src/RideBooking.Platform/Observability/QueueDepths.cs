using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Platform.Observability;

/// <summary>Measures the messages that wait in the endpoints' queues, on RabbitMQ only.</summary>
/// <remarks>The in-memory transport does not count its messages, so the gauge shows nothing there.</remarks>
internal sealed class QueueDepths(ReceiveEndpoints endpoints, TransportOptions transport, BrokerQueues broker)
    : IGaugeSource
{
    static readonly Gauge s_waiting = new(
        "ridebooking.endpoint.messages",
        "{message}",
        "Event lag: messages that wait in the endpoint's queue, on RabbitMQ",
        "endpoint"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_waiting];

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
        }
        return readings;
    }
}
