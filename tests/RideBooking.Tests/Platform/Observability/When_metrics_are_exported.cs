using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RideBooking.Host;
using RideBooking.Platform.Events;
using RideBooking.Platform.Events.Archives;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.TestKit.Observability;
using RideBooking.Tests.Documentation;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Platform.Observability;

/// <summary>Checks the names of the metrics, the access to them, and that docs, dashboard and alerts use no others.</summary>
public sealed partial class When_metrics_are_exported
{
    const string Begin = "<!-- metrics: made from the code by the test When_metrics_are_exported -->\n";
    const string End = "<!-- end of metrics -->";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_all_explained_to_the_operator()
    {
        const string path = "docs/operating/metrics-and-alerts.md";
        var page = await File.ReadAllTextAsync(Path.Combine(GeneratedPage.Repository(), path), Stop);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        begin.ShouldBeGreaterThan(0);
        var rows = Ours()
            .OrderBy(Prometheus, StringComparer.Ordinal)
            .Select(instrument => $"| `{Prometheus(instrument)}` | {Kind(instrument)} | {instrument.Description} |\n");
        var table = $"\n| metric | kind | meaning |\n|---|---|---|\n{string.Concat(rows)}\n";
        await GeneratedPage.ShouldBeCurrent(
            path,
            page[..(begin + Begin.Length)] + table + page[end..],
            nameof(When_metrics_are_exported)
        );
    }

    [Theory]
    [InlineData("infra/observability/alerts.yml")]
    [InlineData("infra/observability/grafana/ridebooking.json")]
    public async Task They_are_the_only_ones_that_dashboard_and_alerts_query(string path)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(GeneratedPage.Repository(), path), Stop);
        var asked = Name().Matches(text).Select(match => match.Value).Distinct().ToList();
        var known = Ours()
            .SelectMany(instrument =>
                Kind(instrument) == "histogram"
                    ? new[] { "_bucket", "_sum", "_count" }.Select(part => Prometheus(instrument) + part)
                    : [Prometheus(instrument)]
            )
            // Metrics of ASP.NET Core and MassTransit, as a running host exports them.
            .Append("http_server_request_duration_seconds_bucket")
            .Append("http_server_request_duration_seconds_count")
            .Append("messaging_masstransit_consume_retries_ea_total");

        asked.Count.ShouldBeGreaterThan(5);
        asked.Except(known).ShouldBeEmpty();
    }

    [Fact]
    public async Task They_are_open_in_Development_and_otherwise_only_with_the_scrape_token_or_as_an_operator()
    {
        const string token = "a-token-for-scraping";
        await using (var development = await Start("Development"))
            (await development.Client.GetAsync("/metrics", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await using var production = await Start("Production", ("Metrics:ScrapeToken", token));
        await (await production.Client.GetAsync("/metrics", Stop)).ShouldBeProblem(401, "unauthorized");
        await (await production.WithToken(token + "x").GetAsync("/metrics", Stop)).ShouldBeProblem(401, "unauthorized");
        (await production.WithToken(token).GetAsync("/metrics", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await using var closed = await Start("Production");
        await (await closed.WithToken(token).GetAsync("/metrics", Stop)).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Those_that_cannot_be_read_are_omitted_until_they_can()
    {
        Shaky.Fails = false;
        var services = new ServiceCollection().AddMetrics().AddGauges<Shaky>().BuildServiceProvider();
        using var gauges = Polled(services);
        using var meters = new Meters(services);

        meters.Of(Shaky.Gauge.Name).ShouldBeEmpty();
        await gauges.PollAll(Stop);
        meters.Of(Shaky.Gauge.Name).ShouldHaveSingleItem().Value.ShouldBe(7);

        Shaky.Fails = true;
        await gauges.PollAll(Stop);
        meters.Of(Shaky.Gauge.Name).ShouldBeEmpty();
        meters.Of("ridebooking.gauges.failures").ShouldHaveSingleItem().Of.ShouldBe(nameof(Shaky));

        Shaky.Fails = false;
        await gauges.PollAll(Stop);
        meters.Of(Shaky.Gauge.Name).ShouldHaveSingleItem();
    }

    static Task<HttpApp> Start(string environment, params (string, string)[] settings) =>
        HttpApp.Start(
            MetricsEndpoint.Map,
            environment,
            builder => builder.AddTelemetryForScraping(),
            [("Auth:SigningKey", new string('k', 32)), .. settings]
        );

    static PolledGauges Polled(IServiceProvider services) =>
        new(
            services.GetServices<GaugeSource>(),
            services.GetRequiredService<IServiceScopeFactory>(),
            new MetricsOptions(TimeSpan.FromDays(1), null),
            services.GetRequiredService<IMeterFactory>(),
            TimeProvider.System,
            NullLogger<PolledGauges>.Instance
        );

    /// <summary>Lists every instrument of the composed application.</summary>
    static List<Instrument> Ours()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddTelemetry();
        builder.Services.AddArchives(builder.Configuration);
        builder.Services.AddSubscriptions(builder.Configuration);
        builder.Services.AddGauges<EventStreamLag>();
        builder.Services.AddSingleton<EndpointMetrics>();
        foreach (var module in Modules.All)
            module.AddServices(builder.Services, builder.Configuration);
        using var services = builder.Services.BuildServiceProvider();
        using var meters = new Meters(services);
        services.GetRequiredService<EndpointMetrics>();
        using var gauges = Polled(services);
        return [.. meters.Instruments];
    }

    static string Kind(Instrument instrument) =>
        instrument.GetType().Name.Split('`')[0] switch
        {
            "Histogram" => "histogram",
            "Counter" => "counter",
            _ => "gauge",
        };

    /// <summary>Returns the exporter's name: units in words, without those in braces, and counters end in total.</summary>
    static string Prometheus(Instrument instrument) =>
        instrument.Name.Replace('.', '_')
        + (instrument.Unit == "s" ? "_seconds" : "")
        + (Kind(instrument) == "counter" ? "_total" : "");

    [GeneratedRegex("\\b(ridebooking|messaging_masstransit|http_server)_[a-z_]+")]
    private static partial Regex Name();

    sealed class Shaky : IGaugeSource
    {
        public static readonly Gauge Gauge = new("ridebooking.shaky", "{thing}", "For a test");

        public static bool Fails { get; set; }

        public static IReadOnlyList<Gauge> Gauges => [Gauge];

        public Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
            Fails
                ? throw new TimeoutException("unavailable")
                : Task.FromResult<IReadOnlyList<Reading>>([Gauge.Reads(7)]);
    }
}

file static class Scraping
{
    /// <summary>Adds the telemetry of the endpoint, without the parts that need a database or a bus.</summary>
    public static void AddTelemetryForScraping(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(MetricsOptions.Read(builder.Configuration));
        builder
            .Services.AddOpenTelemetry()
            .WithMetrics(metrics =>
                OpenTelemetry.Metrics.PrometheusExporterMeterProviderBuilderExtensions.AddPrometheusExporter(metrics)
            );
    }
}
