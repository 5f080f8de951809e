using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace RideBooking.Platform.Observability;

/// <summary>Propagates the trace of a request from message to message, even if no traces are collected.</summary>
/// <remarks>
/// The logs and the event log's <c>traceparent</c> use the trace's id. Only ids are created, which costs almost nothing.
/// </remarks>
internal sealed class TraceIds : IHostedService, IDisposable
{
    readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => Telemetry.Sources.Contains(source.Name),
        Sample = (ref _) => ActivitySamplingResult.PropagationData,
    };

    public Task StartAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(_listener);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();
}
