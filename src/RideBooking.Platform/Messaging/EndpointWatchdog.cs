using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging.Pauses;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Platform.Messaging;

/// <summary>Restarts an endpoint that does not consume its queue although the broker is available.</summary>
/// <remarks>
/// The bus reconnects automatically. But once, when a broker came back without its data, the bus left a queue without a
/// consumer until the process ended. The watchdog is registered after the bus, so that it stops before the bus stops its
/// endpoints.
/// </remarks>
internal sealed partial class EndpointWatchdog(
    IBusControl bus,
    TransportOptions transport,
    BrokerQueues broker,
    EndpointGates gates,
    TimeProvider clock,
    ILogger<EndpointWatchdog> logger
) : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(15);
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    readonly HashSet<string> _idleBefore = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (transport.Kind != TransportKind.RabbitMq)
            return;
        try
        {
            while (true)
            {
                await Task.Delay(s_pause, clock, stoppingToken);
                await Check(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    /// <summary>Restarts the endpoints that are idle now and were idle at the previous check.</summary>
    public async Task Check(CancellationToken cancellationToken)
    {
        var idle = await Idle(cancellationToken);
        _idleBefore.IntersectWith(idle.Select(found => found.Queue));
        foreach (var (queue, endpoint) in idle)
            if (!_idleBefore.Add(queue))
            {
                await Restart(queue, endpoint, cancellationToken);
                // Gives the endpoint the same time again to come up.
                _idleBefore.Remove(queue);
            }
    }

    // Empty while the broker is unavailable: the bus recovers automatically, and BrokerWatch reports the outage.
    async Task<List<(string Queue, IReceiveEndpoint Endpoint)>> Idle(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            var idle = new List<(string, IReceiveEndpoint)>();
            foreach (var endpoint in bus.Queues())
            {
                var queue = endpoint.InputAddress.LastPart();
                if (gates.IsPaused(queue))
                    continue;
                // The bus may report a dead consumer as healthy, so the broker is asked as well.
                if (endpoint.Status != BusHealthStatus.Healthy || await broker.Consumers(queue, limit.Token) is not > 0)
                    idle.Add((queue, endpoint.ReceiveEndpoint));
            }
            return idle.Count > 0 && await broker.Exists(limit.Token) ? idle : [];
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotAsked(exception);
            return [];
        }
    }

    async Task Restart(string queue, IReceiveEndpoint endpoint, CancellationToken cancellationToken)
    {
        LogRestart(queue);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            await endpoint.Stop(limit.Token).WaitAsync(limit.Token);
            endpoint.Start(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRestarted(exception, queue);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The queue {Queue} is not consumed although the broker is available; restarting its endpoint"
    )]
    partial void LogRestart(string queue);

    [LoggerMessage(LogLevel.Error, "The endpoint of {Queue} could not be restarted; a later check tries again")]
    partial void LogNotRestarted(Exception exception, string queue);

    [LoggerMessage(LogLevel.Debug, "The queues' consumers could not be read from RabbitMQ; the next check tries again")]
    partial void LogNotAsked(Exception exception);
}
