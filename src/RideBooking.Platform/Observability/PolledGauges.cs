using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Observability;

/// <summary>Polls the gauges and keeps their values for the metrics endpoint.</summary>
/// <remarks>
/// A slow source is polled less often, so that it uses no more than a fiftieth of its database's time, but still every minute:
/// alerts need values that are not old. The gauges of a source that fails show nothing, and not their last values.
/// </remarks>
internal sealed partial class PolledGauges : BackgroundService
{
    const string Source = "source";
    const int RestPerWork = 50;

    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan s_maxRest = TimeSpan.FromMinutes(1);

    readonly IReadOnlyList<GaugeSource> _sources;
    readonly ConcurrentDictionary<Type, IReadOnlyList<Reading>> _readings = new();
    readonly ConcurrentDictionary<Type, long> _polled = new();
    readonly IServiceScopeFactory _scopes;
    readonly MetricsOptions _options;
    readonly TimeProvider _clock;
    readonly ILogger<PolledGauges> _logger;
    readonly Counter<long> _failures;

    public PolledGauges(
        IEnumerable<GaugeSource> sources,
        IServiceScopeFactory scopes,
        MetricsOptions options,
        IMeterFactory meters,
        TimeProvider clock,
        ILogger<PolledGauges> logger
    )
    {
        (_scopes, _options, _clock, _logger) = (scopes, options, clock, logger);
        _sources = [.. sources];
        var meter = meters.Create(TelemetrySource.Name);
        _failures = meter.CreateCounter<long>(
            "ridebooking.gauges.failures",
            "{failure}",
            "Gauge polls that failed; the gauges of that source show nothing until a poll succeeds (by source)"
        );
        // A source that never succeeds has an age, too.
        foreach (var source in _sources)
            _polled[source.Type] = clock.GetTimestamp();
        meter.CreateObservableGauge(
            "ridebooking.gauges.age",
            AgesOfSources,
            "s",
            "How long ago the gauges of a source were last polled with success (by source)"
        );
        foreach (var gauge in _sources.SelectMany(source => source.Gauges).Distinct())
            meter.CreateObservableGauge(gauge.Name, () => ReadingsOf(gauge), gauge.Unit, Describe(gauge));
    }

    /// <summary>Returns the readings of a gauge at the last poll; nothing if the poll failed.</summary>
    public IEnumerable<Reading> Last(Gauge gauge) =>
        _readings.Values.SelectMany(readings => readings).Where(reading => reading.Gauge == gauge);

    /// <summary>Returns the readings of a gauge, given its name, at the last poll; nothing if the poll failed.</summary>
    public IEnumerable<Reading> Last(string gauge) =>
        _readings.Values.SelectMany(readings => readings).Where(reading => reading.Gauge.Name == gauge);

    /// <summary>Polls every source once, now.</summary>
    public Task PollAll(CancellationToken cancellationToken) =>
        Task.WhenAll(_sources.Select(source => Poll(source, failedBefore: false, cancellationToken)));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_sources.Select(source => Poll(source, stoppingToken)));

    async Task Poll(GaugeSource source, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var failed = false;
        try
        {
            while (true)
            {
                var began = _clock.GetTimestamp();
                failed = !await Poll(source, failed, cancellationToken);
                await Task.Delay(PauseAfter(_clock.GetElapsedTime(began)), _clock, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    TimeSpan PauseAfter(TimeSpan work)
    {
        var rest = work * RestPerWork;
        if (rest > s_maxRest)
            rest = s_maxRest;
        return rest > _options.Interval ? rest : _options.Interval;
    }

    async Task<bool> Poll(GaugeSource source, bool failedBefore, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            var gauges = (IGaugeSource)scope.ServiceProvider.GetRequiredService(source.Type);
            _readings[source.Type] = await gauges.Read(limit.Token).WaitAsync(limit.Token);
            _polled[source.Type] = _clock.GetTimestamp();
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _readings.TryRemove(source.Type, out _);
            _failures.Add(1, new KeyValuePair<string, object?>(Source, source.Type.Name));
            // Other parts that need the source report its outage too, so one warning is enough here.
            LogFailure(failedBefore ? LogLevel.Debug : LogLevel.Warning, exception, source.Type.Name);
            return false;
        }
    }

    IEnumerable<Measurement<double>> ReadingsOf(Gauge gauge) =>
        Last(gauge)
            .Select(reading =>
                gauge.Label is { } label
                    ? new Measurement<double>(reading.Value, new KeyValuePair<string, object?>(label, reading.Label))
                    : new Measurement<double>(reading.Value)
            );

    IEnumerable<Measurement<double>> AgesOfSources() =>
        _polled.Select(source => new Measurement<double>(
            _clock.GetElapsedTime(source.Value).TotalSeconds,
            new KeyValuePair<string, object?>(Source, source.Key.Name)
        ));

    static string Describe(Gauge gauge) =>
        gauge.Label is null ? gauge.Description : $"{gauge.Description} (by {gauge.Label})";

    [LoggerMessage("Gauge source {Source} failed; its metrics are omitted until it recovers")]
    partial void LogFailure(LogLevel level, Exception exception, string source);
}
