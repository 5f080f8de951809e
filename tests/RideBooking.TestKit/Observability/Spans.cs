using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit.Logging;

namespace RideBooking.TestKit.Observability;

/// <summary>One trace, started by the test, as a trace collector would receive it.</summary>
internal sealed class Spans : IDisposable
{
    readonly ConcurrentDictionary<ActivitySpanId, Activity> _begun = new();
    readonly ConcurrentQueue<Activity> _ended = new();
    readonly SemaphoreSlim _more = new(0);
    readonly ActivityListener _listener;

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source =>
                source.Name is DiagnosticHeaders.DefaultListenerName or "RideBooking" or "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = span => _ = span.TraceId == TraceId && _begun.TryAdd(span.SpanId, span),
            ActivityStopped = span =>
            {
                if (span.TraceId != TraceId)
                    return;
                _ended.Enqueue(span);
                _more.Release();
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ActivityTraceId TraceId { get; } = ActivityTraceId.CreateRandom();

    public ActivitySpanId Root { get; } = ActivitySpanId.CreateRandom();

    /// <summary>The traceparent header for the request that continues the trace.</summary>
    public string TraceParent => $"00-{TraceId}-{Root}-01";

    /// <summary>The ended spans.</summary>
    public IReadOnlyList<Activity> All => [.. _ended];

    /// <summary>Waits until spans of all these names have ended.</summary>
    public async Task Have(params string[] names)
    {
        while (names.Except(All.Select(span => span.OperationName)).ToList() is { Count: > 0 } missing)
            if (!await _more.WaitAsync(WaitFor.Limit, TestContext.Current.CancellationToken))
                throw new TimeoutException(
                    $"Waited for {string.Join(", ", missing)}; there were {string.Join(", ", All.Select(span => span.OperationName).Distinct())}."
                );
    }

    /// <summary>Returns the span and its ancestors up to the request's span; fails if the chain is broken.</summary>
    public IReadOnlyList<string> WayTo(string name)
    {
        var way = new List<string>();
        var span = All.First(span => span.OperationName == name);
        while (true)
        {
            way.Insert(0, span.OperationName);
            if (span.ParentSpanId == Root)
                return way;
            span = _begun.GetValueOrDefault(span.ParentSpanId).ShouldNotBeNull($"{way[0]} came of a span of the trace");
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _more.Dispose();
    }
}
