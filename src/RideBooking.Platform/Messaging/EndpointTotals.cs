using System.Collections.Concurrent;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Adds up what the endpoints of this process do, from the same measurements as the metrics (<see cref="EndpointMetrics"/>).
/// </summary>
public sealed class EndpointTotals
{
    readonly ConcurrentDictionary<string, Counter> _endpoints = new(StringComparer.Ordinal);

    internal EndpointTotals() { }

    /// <summary>Returns the totals of each endpoint since the previous call, and begins at zero again.</summary>
    public IReadOnlyList<Total> Take() => [.. _endpoints.Select(endpoint => endpoint.Value.Take(endpoint.Key))];

    internal Counter Of(string endpoint) => _endpoints.GetOrAdd(endpoint, _ => new Counter());

    /// <summary>What an endpoint has done.</summary>
    /// <param name="Endpoint">The endpoint.</param>
    /// <param name="Handled">The number of messages that were handled.</param>
    /// <param name="Failed">The number of messages that failed after all retries in memory.</param>
    /// <param name="Retries">The number of attempts after the first.</param>
    /// <param name="Redeliveries">The number of messages that came again after a delay.</param>
    /// <param name="Lag">How long ago these messages were sent or due when the endpoint began with each.</param>
    /// <param name="Processing">How long the endpoint took for each, with retries in memory.</param>
    /// <param name="CriticalTime">From when each handled message was sent or due until it was handled.</param>
    public sealed record Total(
        string Endpoint,
        int Handled,
        int Failed,
        int Retries,
        int Redeliveries,
        Times Lag,
        Times Processing,
        Times CriticalTime
    );

    /// <summary>Several durations.</summary>
    /// <param name="Sum">Their sum, in seconds.</param>
    /// <param name="Max">The longest, in seconds.</param>
    public readonly record struct Times(double Sum, double Max)
    {
        internal Times With(double seconds) => new(Sum + seconds, Math.Max(Max, seconds));
    }

    /// <summary>The counter of one endpoint.</summary>
    internal sealed class Counter
    {
        readonly Lock _lock = new();
        int _handled;
        int _failed;
        int _retries;
        int _redeliveries;
        Times _lag;
        Times _processing;
        Times _criticalTime;

        public void Handled(double lag, double processing)
        {
            lock (_lock)
            {
                _handled++;
                _lag = _lag.With(lag);
                _processing = _processing.With(processing);
                _criticalTime = _criticalTime.With(lag + processing);
            }
        }

        public void Failed(double lag, double processing)
        {
            lock (_lock)
            {
                _failed++;
                _lag = _lag.With(lag);
                _processing = _processing.With(processing);
            }
        }

        public void Retried()
        {
            lock (_lock)
                _retries++;
        }

        public void Redelivered()
        {
            lock (_lock)
                _redeliveries++;
        }

        public Total Take(string endpoint)
        {
            lock (_lock)
            {
                var total = new Total(
                    endpoint,
                    _handled,
                    _failed,
                    _retries,
                    _redeliveries,
                    _lag,
                    _processing,
                    _criticalTime
                );
                (_handled, _failed, _retries, _redeliveries) = (0, 0, 0, 0);
                (_lag, _processing, _criticalTime) = (default, default, default);
                return total;
            }
        }
    }
}
