using System.Diagnostics;
using System.Diagnostics.Metrics;
using MassTransit;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Measures each endpoint: the age of its messages when it starts to handle them and when it has finished, and its attempts.
/// </summary>
internal sealed class EndpointMetrics
{
    const string Endpoint = "endpoint";

    // From timely to late by the redeliveries, in seconds.
    static readonly InstrumentAdvice<double> s_buckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    };

    readonly Histogram<double> _lag;
    readonly Histogram<double> _criticalTime;
    readonly Histogram<double> _duration;
    readonly Counter<long> _failures;
    readonly Counter<long> _retries;
    readonly Counter<long> _redeliveries;
    readonly Counter<long> _automaticPauses;
    readonly IReadOnlyList<IFailureObserver> _observers;

    public EndpointMetrics(IMeterFactory meters, IEnumerable<IFailureObserver> observers)
    {
        _observers = [.. observers];
        var meter = meters.Create(TelemetrySource.Name);
        _lag = Seconds(
            "lag",
            "Event lag: how long ago a message was sent or due when the endpoint begins with it (by endpoint)"
        );
        _criticalTime = Seconds(
            "critical_time",
            "Critical time: from when a message was sent or due to the end of its successful handling (by endpoint)"
        );
        _duration = Seconds(
            "duration",
            "How long an endpoint handles a message, retries in memory included (by endpoint, outcome)"
        );
        _failures = meter.CreateCounter<long>(
            "ridebooking.endpoint.failures",
            "{message}",
            "Messages that failed after all retries in memory; they are redelivered later or moved to the error queue (by endpoint, error.type)"
        );

        _retries = meter.CreateCounter<long>(
            "ridebooking.endpoint.retries",
            "{attempt}",
            "Attempts after the first that an endpoint makes in memory, also those while it waits for the database (by endpoint)"
        );
        _redeliveries = meter.CreateCounter<long>(
            "ridebooking.endpoint.redeliveries",
            "{message}",
            "Messages that an endpoint gets again because they failed before, after a delay (by endpoint)"
        );
        _automaticPauses = meter.CreateCounter<long>(
            "ridebooking.endpoint.automatic_pauses",
            "{pause}",
            "How often this host has paused an endpoint because messages failed for the same reason (by endpoint)"
        );

        Histogram<double> Seconds(string name, string description) =>
            meter.CreateHistogram($"ridebooking.endpoint.{name}", "s", description, advice: s_buckets);
    }

    /// <summary>The same measurements, added up in this process.</summary>
    public EndpointTotals Totals { get; } = new();

    /// <summary>Counts a pause of an endpoint that no operator requested.</summary>
    public void PausedAutomatically(string endpoint) =>
        _automaticPauses.Add(1, new KeyValuePair<string, object?>(Endpoint, endpoint));

    /// <summary>Returns the filter that measures an endpoint, around the retries in memory.</summary>
    public IMessageFilter Of(string endpoint) => new Around(endpoint, this);

    /// <summary>Returns the filter that counts the retries in memory, around each attempt.</summary>
    public IMessageFilter AttemptsOf(string endpoint) => new AroundAttempt(endpoint, this);

    sealed class AroundAttempt(string endpoint, EndpointMetrics metrics) : IMessageFilter
    {
        readonly KeyValuePair<string, object?> _endpoint = new(Endpoint, endpoint);
        readonly EndpointTotals.Counter _totals = metrics.Totals.Of(endpoint);

        public Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
            where T : class
        {
            if (context.GetRetryAttempt() > 0)
            {
                metrics._retries.Add(1, _endpoint);
                _totals.Retried();
            }
            return next.Send(context);
        }
    }

    sealed class Around(string endpoint, EndpointMetrics metrics) : IMessageFilter
    {
        readonly TagList _done = new() { { Endpoint, endpoint }, { "outcome", "done" } };
        readonly TagList _failed = new() { { Endpoint, endpoint }, { "outcome", "failed" } };
        readonly KeyValuePair<string, object?> _endpoint = new(Endpoint, endpoint);
        readonly EndpointTotals.Counter _totals = metrics.Totals.Of(endpoint);

        public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
            where T : class
        {
            var began = Stopwatch.GetTimestamp();
            // MassTransit timestamps messages by the system's clock.
            var age = DueTime.Of(context) is { } due ? TimeProvider.System.GetUtcNow() - due : TimeSpan.Zero;
            if (age < TimeSpan.Zero)
                age = TimeSpan.Zero;
            metrics._lag.Record(age.TotalSeconds, _endpoint);
            if (context.GetRedeliveryCount() > 0)
            {
                metrics._redeliveries.Add(1, _endpoint);
                _totals.Redelivered();
            }
            try
            {
                await next.Send(context);
            }
            catch (Exception exception)
            {
                var failedAfter = Stopwatch.GetElapsedTime(began);
                metrics._duration.Record(failedAfter.TotalSeconds, _failed);
                // An outage is not a failure: the message waits in its queue.
                if (!DatabaseOutage.Matches(exception))
                {
                    metrics._failures.Add(1, _endpoint, new("error.type", exception.GetType().Name));
                    _totals.Failed(age.TotalSeconds, failedAfter.TotalSeconds);
                    foreach (var observer in metrics._observers)
                        observer.OnFailed(endpoint, context, exception);
                }
                throw;
            }
            var took = Stopwatch.GetElapsedTime(began);
            metrics._duration.Record(took.TotalSeconds, _done);
            metrics._criticalTime.Record((age + took).TotalSeconds, _endpoint);
            _totals.Handled(age.TotalSeconds, took.TotalSeconds);
        }
    }
}
