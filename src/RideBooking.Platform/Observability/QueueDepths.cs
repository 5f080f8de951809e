using System.Collections.Concurrent;
using MassTransit;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>
/// What waits in the endpoints' queues and what was given up in their error queues. On RabbitMQ only: the in-memory
/// transport keeps no count that anybody could ask for, so these gauges show nothing there.
/// </summary>
internal sealed class QueueDepths(
    IBusControl bus,
    TransportOptions transport,
    BrokerQueues broker,
    SideQueues sideQueues
) : IGaugeSource
{
    static readonly Gauge s_waiting = new(
        "ridebooking.endpoint.messages",
        "{message}",
        "Event lag: messages that wait in the endpoint's queue (RabbitMQ only)",
        "endpoint"
    );

    static readonly Gauge s_failed = new(
        "ridebooking.error_queue.messages",
        "{message}",
        "Messages that lie in an error queue (_error) or that nobody consumes (_skipped), until an operator decides (RabbitMQ only)",
        "queue"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_waiting, s_failed];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken stop)
    {
        if (transport.Kind != TransportKind.RabbitMq)
            return [];
        var readings = new List<Reading>();
        foreach (var endpoint in bus.Queues().Select(queue => queue.InputAddress.LastPart()))
        {
            if (await broker.Count(endpoint, stop) is { } waiting)
                readings.Add(s_waiting.Reads(waiting, endpoint));
            foreach (var queue in SideQueues.Of(endpoint))
            {
                // A queue that is not there holds nothing.
                var failed = sideQueues.MayExist(queue) ? await broker.Count(queue, stop) : null;
                sideQueues.Found(queue, failed is not null);
                readings.Add(s_failed.Reads(failed ?? 0, queue));
            }
        }
        return readings;
    }
}

/// <summary>
/// Which error queues may exist. Each is made when the first message fails, and the broker logs an error for everyone who
/// asks for one that is not there: so that is done at the start, after a fault was seen here, and else now and then, for the
/// faults that other processes saw.
/// </summary>
internal sealed class SideQueues(TimeProvider clock) : IReceiveObserver
{
    static readonly TimeSpan s_nowAndThen = TimeSpan.FromMinutes(5);
    static readonly TimeSpan s_afterFault = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, DateTimeOffset> _missingSince = new();
    readonly ConcurrentDictionary<string, DateTimeOffset> _lastFault = new();

    public static IEnumerable<string> Of(string endpoint) => [endpoint + "_error", endpoint + "_skipped"];

    public bool MayExist(string queue) =>
        !_missingSince.TryGetValue(queue, out var since)
        || clock.GetUtcNow() - since > s_nowAndThen
        || (
            _lastFault.TryGetValue(queue[..queue.LastIndexOf('_')], out var fault)
            && clock.GetUtcNow() - fault < s_afterFault
        );

    public void Found(string queue, bool exists)
    {
        if (exists)
            _missingSince.TryRemove(queue, out _);
        else if (MayExist(queue))
            _missingSince[queue] = clock.GetUtcNow();
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        if (!context.IsDelivered)
            Note(context);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        Note(context.ReceiveContext);
        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        Note(context);
        return Task.CompletedTask;
    }

    void Note(ReceiveContext context) => _lastFault[context.InputAddress.LastPart()] = clock.GetUtcNow();
}
