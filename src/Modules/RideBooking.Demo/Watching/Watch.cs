using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Demo.People;

namespace RideBooking.Demo.Watching;

/// <summary>Watches the application from outside: event stream, metrics, error queues, health.</summary>
internal sealed class Watch(
    Api api,
    Operator by,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<Watch> logger
) : BackgroundService
{
    static readonly TimeSpan s_events = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan s_metrics = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_others = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    static readonly string[] s_states =
    [
        Spellings.Requested,
        Spellings.DriverAssigned,
        Spellings.DriverArrived,
        Spellings.InProgress,
        Spellings.Completed,
        Spellings.Cancelled,
        Spellings.NoDriverFound,
    ];

    readonly EventFeed _feed = new(clock);
    readonly Lag _lag = new();
    readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile IReadOnlyList<Sample> _samples = [];
    volatile IReadOnlyList<ErrorQueue>? _errorQueues;
    volatile IReadOnlyList<string> _ill = [];

    /// <summary>Completes when every later event will be seen.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Returns the current values.</summary>
    public Metrics Now()
    {
        var samples = _samples;
        (double Seconds, string Slowest)? lag;
        lock (_lag)
            lag = _lag.Percentile(95);
        double? Sum(string name) =>
            samples.Where(sample => sample.Name == name).Select(sample => (double?)sample.Value).Sum() is { } sum
            && samples.Any(sample => sample.Name == name)
                ? sum
                : null;
        double? Rides(string state) =>
            samples
                .Where(sample => sample.Name == "ridebooking_rides" && sample["state"] == state)
                .Select(sample => (double?)sample.Value)
                .FirstOrDefault();
        return new Metrics(
            [.. s_states.Select(state => (state, Rides(state)))],
            _feed.PerSecond,
            lag?.Seconds,
            lag?.Slowest,
            Sum("ridebooking_endpoint_messages"),
            Sum("ridebooking_outbox_messages"),
            Sum("ridebooking_scheduler_timers"),
            _feed.Observed,
            _feed.Taken,
            _feed.Latest,
            _errorQueues,
            _ill
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var cancellationToken = end.Token;
        try
        {
            long? position = null;
            await Task.WhenAll(
                Repeat(
                    s_events,
                    async () => position = await Follow(position, cancellationToken),
                    () => { },
                    cancellationToken
                ),
                Repeat(s_metrics, () => Scrape(cancellationToken), () => _samples = [], cancellationToken),
                Repeat(
                    s_others,
                    async () => _errorQueues = await by.ErrorQueues(cancellationToken),
                    () => _errorQueues = null,
                    cancellationToken
                ),
                Repeat(
                    s_others,
                    () => Poll(cancellationToken),
                    () => _ill = ["the host does not answer"],
                    cancellationToken
                )
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo ends.
        }
    }

    async Task Repeat(TimeSpan pause, Func<Task> look, Action forget, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await look();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                forget();
                logger.LogDebug(exception, "Polling the metrics failed; they are shown as unknown until the next poll");
            }
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    async Task<long> Follow(long? position, CancellationToken cancellationToken)
    {
        if (position is not { } after)
        {
            after = await by.Head(cancellationToken);
            _begun.TrySetResult();
        }
        var (events, next) = await by.Events(after, cancellationToken);
        _feed.Add(events);
        return next;
    }

    async Task Scrape(CancellationToken cancellationToken)
    {
        await using var text = await Get("metrics", cancellationToken);
        var samples = await Exposition.Read(text, cancellationToken);
        lock (_lag)
            _lag.Add(samples);
        _samples = samples;
    }

    async Task Poll(CancellationToken cancellationToken)
    {
        await using var text = await Get("health/ready", cancellationToken);
        var report = await JsonSerializer.DeserializeAsync<JsonElement>(text, cancellationToken: cancellationToken);
        _ill =
        [
            .. report
                .GetProperty("checks")
                .EnumerateArray()
                .Where(check => check.TryGetProperty("reason", out var reason) && reason.GetString() is not null)
                .Select(check => $"{check.GetProperty("name").GetString()} {check.GetProperty("reason").GetString()}"),
        ];
    }

    async Task<Stream> Get(string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        using var response = await api.Send(request, limit.Token);
        return new MemoryStream(await response.Content.ReadAsByteArrayAsync(limit.Token));
    }
}
