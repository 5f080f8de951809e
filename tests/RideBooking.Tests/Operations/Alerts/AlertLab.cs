using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations;
using RideBooking.Operations.Alerts;
using RideBooking.Operations.Endpoints;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Observability;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Operations.Alerts;

/// <summary>Operations on a database, with gauges that a test sets, a clock that it advances, and a receiver of alerts.</summary>
internal sealed class AlertLab : ModuleLab, IAsyncDisposable
{
    /// <summary>The key of the signature.</summary>
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    AlertLab()
        : base(new OperationsModule()) { }

    public Receiver Receiver { get; } = new();

    /// <summary>The gauges by their names, with their readings by label. One that is not here cannot be read.</summary>
    public Dictionary<string, Dictionary<string, double>> Gauges { get; } = [];

    /// <summary>The evaluation of this host; a test that needs other hosts makes them.</summary>
    public EvaluateAlerts Evaluator { get; private set; } = null!;

    public WebhookOptions Webhook => Services.GetRequiredService<AlertOptions>().Webhook!;

    public IReadOnlyList<LogEntry> Lines =>
        [.. App.Log.Where(line => line.Category.StartsWith("RideBooking.Operations.Alerts", StringComparison.Ordinal))];

    public static async Task<AlertLab> Open(params (string Key, string Value)[] settings)
    {
        var lab = new AlertLab();
        await lab.Start(
            services =>
            {
                services.AddMetrics();
                services.AddSingleton(new MetricsOptions(TimeSpan.FromSeconds(15), null));
                services.AddSingleton<PolledGauges>();
                services.AddSingleton(provider => new GaugeReadings(provider.GetRequiredService<PolledGauges>()));
                services.AddSingleton(lab.Gauges);
                services.AddGauges<SetGauges>();
            },
            [
                ("Operations:Alerts:Webhook:Url", lab.Receiver.Url),
                ("Operations:Alerts:Webhook:Secret", $"whsec_{Convert.ToBase64String(Key)}"),
                .. settings,
            ]
        );
        lab.Evaluator = lab.Host();
        return lab;
    }

    /// <summary>Makes the evaluation of another host on the same database.</summary>
    public EvaluateAlerts Host() => ActivatorUtilities.CreateInstance<EvaluateAlerts>(Services);

    public SendAlertNotifications Sender() => ActivatorUtilities.CreateInstance<SendAlertNotifications>(Services);

    /// <summary>Evaluates the alerts now, with the gauges as they are.</summary>
    public async Task Evaluate(params EvaluateAlerts[] hosts)
    {
        await Services.GetRequiredService<PolledGauges>().PollAll(Stop);
        await Task.WhenAll(hosts.DefaultIfEmpty(Evaluator).Select(host => Task.Run(() => host.Evaluate(Stop))));
    }

    /// <summary>Evaluates the alerts every ten seconds for some time.</summary>
    public async Task EvaluateFor(TimeSpan time, params EvaluateAlerts[] hosts)
    {
        for (var end = Now + time; Now < end; )
        {
            Clock.Advance(s_interval);
            await Evaluate(hosts);
        }
    }

    /// <summary>Sends what is due now.</summary>
    /// <returns>How many attempts that were.</returns>
    public async Task<int> Send(SendAlertNotifications? sender = null)
    {
        sender ??= Sender();
        var attempts = 0;
        while (await sender.SendNext(Webhook, Stop))
            attempts++;
        return attempts;
    }

    /// <summary>Sets a gauge without a label.</summary>
    public void Set(string gauge, double value) => Gauges[gauge] = new() { [""] = value };

    /// <summary>Sets a reading of a gauge with a label.</summary>
    public void Set(string gauge, string label, double value)
    {
        if (!Gauges.TryGetValue(gauge, out var readings))
            Gauges[gauge] = readings = [];
        readings[label] = value;
    }

    public Task Add(params object[] rows) =>
        In(async db =>
        {
            db.AddRange(rows);
            return await db.SaveChangesAsync(Stop);
        });

    /// <summary>Records a minute of an endpoint that has ended.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="number">1 for the last complete minute, 2 for the one before it.</param>
    /// <param name="handled">The number of messages.</param>
    /// <param name="lag">How old each was, in seconds.</param>
    /// <param name="waiting">The messages that waited at the end.</param>
    public Task Minute(string endpoint, int number, int handled, double lag, long? waiting = null) =>
        Add(
            new EndpointMinute
            {
                Minute = EndpointMinute.RecordedUntil(Now).AddMinutes(-number),
                Endpoint = endpoint,
                Host = Guid.CreateVersion7(),
                Handled = handled,
                Failed = 0,
                Retries = 0,
                Redeliveries = 0,
                LagSum = handled * lag,
                LagMax = lag,
                ProcessingSum = 0,
                ProcessingMax = 0,
                CriticalTimeSum = 0,
                CriticalTimeMax = 0,
                Messages = waiting,
            }
        );

    public Task Pause(string endpoint) =>
        Add(
            new PausedEndpoint
            {
                Name = endpoint,
                At = Now,
                By = "an operator",
                Reason = "a test",
            }
        );

    public Task Resume(string endpoint) =>
        In(db => db.Set<PausedEndpoint>().Where(row => row.Name == endpoint).ExecuteDeleteAsync(Stop));

    /// <summary>Stores a message that fails now.</summary>
    public Task Fail(string queue) =>
        Add(
            StoredMessage.Of(
                new FailedMessage(
                    queue,
                    new Dictionary<string, string?>(),
                    null,
                    "{}"u8.ToArray(),
                    $"{Guid.NewGuid()}"
                ),
                Now
            )
        );

    public async Task<JsonNode> Get(string path)
    {
        using var operations = await App.As("operator");
        return (await operations.GetFromJsonAsync<JsonNode>($"/api/v1/operations/{path}", Stop))!;
    }

    public async Task<HttpResponseMessage> Retry(Guid notification, string reason = "the receiver is repaired")
    {
        using var operations = await App.As("operator");
        return await operations.PostAsJsonAsync(
            $"/api/v1/operations/alerts/notifications/{notification}/retry",
            new { reason },
            Stop
        );
    }

    public async Task<List<(string Name, string Subject, bool HasEnded)>> Alerts() =>
        [
            .. (await All<Alert>())
                .OrderBy(alert => alert.Since)
                .Select(alert => (alert.Name, alert.Subject, alert.EndedAt is not null)),
        ];

    public async Task<AlertNotification> Notification() => (await All<AlertNotification>()).ShouldHaveSingleItem();

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    sealed class SetGauges(Dictionary<string, Dictionary<string, double>> values) : IGaugeSource
    {
        static readonly IReadOnlyList<Gauge> s_gauges =
        [
            new("ridebooking.outbox.oldest.age", "s", "For a test"),
            new("ridebooking.scheduler.oldest_overdue.age", "s", "For a test"),
            new("ridebooking.subscription.lag.age", "s", "For a test", "subscription"),
            new("ridebooking.subscription.stopped", "{subscription}", "For a test", "subscription"),
            new("ridebooking.subscription.parked", "{event}", "For a test", "subscription"),
            new("ridebooking.rides.stuck", "{ride}", "For a test", "state"),
            new("ridebooking.deliveries.failed", "{delivery}", "For a test", "channel"),
        ];

        public static IReadOnlyList<Gauge> Gauges => s_gauges;

        public Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Reading>>([
                .. s_gauges
                    .Where(gauge => values.ContainsKey(gauge.Name))
                    .SelectMany(gauge =>
                        values[gauge.Name]
                            .Select(reading => gauge.Reads(reading.Value, gauge.Label is null ? null : reading.Key))
                    ),
            ]);
    }
}
