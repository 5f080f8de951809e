using MassTransit;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>
/// What waits in the endpoints' queues. On RabbitMQ only: the in-memory transport keeps no count that anybody could ask
/// for, so the gauge shows nothing there.
/// </summary>
internal sealed class QueueDepths(IBusControl bus, TransportOptions transport, BrokerQueues broker) : IGaugeSource
{
    static readonly Gauge s_waiting = new(
        "ridebooking.endpoint.messages",
        "{message}",
        "Event lag: messages that wait in the endpoint's queue, on RabbitMQ",
        "endpoint"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_waiting];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken stop)
    {
        if (transport.Kind != TransportKind.RabbitMq)
            return [];
        var readings = new List<Reading>();
        foreach (var endpoint in bus.Queues().Select(queue => queue.InputAddress.LastPart()))
            if (await broker.Count(endpoint, stop) is { } waiting)
                readings.Add(s_waiting.Reads(waiting, endpoint));
        return readings;
    }
}
