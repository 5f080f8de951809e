using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Keeps the trace of a request going from message to message even where nobody collects traces: the logs and the event
/// log's <c>traceparent</c> name it. Nothing but the ids is made, which costs next to nothing.
/// </summary>
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
