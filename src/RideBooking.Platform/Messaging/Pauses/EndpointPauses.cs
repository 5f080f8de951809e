using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging.Partitions;

namespace RideBooking.Platform.Messaging.Pauses;

/// <summary>Pauses and resumes endpoints of this process, including all partitions of each.</summary>
/// <remarks>
/// Messages stay in the queue of a paused endpoint. Those that the endpoint is handling are finished first, or return to the
/// queue.
/// </remarks>
public sealed partial class EndpointPauses
{
    // Longer than an attempt to handle a message takes. Then its message returns to the queue.
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);
    static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(5);

    readonly EndpointGates _gates;
    readonly ReceiveEndpoints _endpoints;
    readonly EndpointMetrics _metrics;
    readonly TransportOptions _transport;
    readonly IServiceProvider _services;
    readonly ILogger<EndpointPauses> _logger;

    // The gates are part of the bus's configuration, so the bus is resolved later.
    internal EndpointPauses(
        EndpointGates gates,
        ReceiveEndpoints endpoints,
        EndpointMetrics metrics,
        TransportOptions transport,
        IServiceProvider services,
        ILogger<EndpointPauses> logger
    ) =>
        (_gates, _endpoints, _metrics, _transport, _services, _logger) = (
            gates,
            endpoints,
            metrics,
            transport,
            services,
            logger
        );

    /// <summary>Pauses endpoints before the bus starts: they do not begin to consume.</summary>
    public void Begin(IReadOnlySet<string> paused)
    {
        foreach (var name in _endpoints.Names.Where(paused.Contains))
            _gates.Of(name).Close();
    }

    /// <summary>Pauses these endpoints and no others. Does nothing for those that are paused or consume already.</summary>
    public Task Apply(IReadOnlySet<string> paused, CancellationToken cancellationToken) =>
        Task.WhenAll(
            _endpoints.Names.Select(name =>
            {
                var gate = _gates.Of(name);
                if (paused.Contains(name) && !gate.IsClosed)
                    return Pause(name, gate, cancellationToken);
                if (!paused.Contains(name) && gate.IsClosed)
                {
                    gate.Open();
                    LogResumed(name);
                }
                return Task.CompletedTask;
            })
        );

    /// <summary>Counts a pause that no operator requested.</summary>
    public void CountAutomatic(string endpoint) => _metrics.PausedAutomatically(endpoint);

    async Task Pause(string name, EndpointGate gate, CancellationToken cancellationToken)
    {
        gate.Close();
        if (_transport.Kind == TransportKind.RabbitMq)
        {
            var queues = _endpoints.QueuesOf(name);
            // Another host that consumes a partition for a moment more must not get a message before those that it follows.
            if (_services.GetService<PartitionChannels>() is { } channels)
                await channels.Close(queues, cancellationToken);
            await Task.WhenAll(
                _services
                    .GetRequiredService<IBusControl>()
                    .Queues()
                    .Where(endpoint => queues.Contains(endpoint.InputAddress.LastPart()))
                    .Select(endpoint => StartAgain(name, endpoint.ReceiveEndpoint, cancellationToken))
            );
        }
        LogPaused(name);
    }

    // It then waits at its gate.
    async Task StartAgain(string name, IReceiveEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            await endpoint.Stop(limit.Token).WaitAsync(s_timeout + s_tolerance, cancellationToken);
            endpoint.Start(CancellationToken.None);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It consumes nothing. When it is resumed, the watchdog notices that it has no consumer.
            LogNotStarted(exception, name);
        }
    }

    [LoggerMessage(LogLevel.Information, "The endpoint {Endpoint} is paused; its messages wait in its queue")]
    partial void LogPaused(string endpoint);

    [LoggerMessage(LogLevel.Information, "The endpoint {Endpoint} is resumed")]
    partial void LogResumed(string endpoint);

    [LoggerMessage(
        LogLevel.Error,
        "The endpoint {Endpoint} is paused but did not stop in order; it is restarted after it is resumed"
    )]
    partial void LogNotStarted(Exception exception, string endpoint);
}
