using System.Diagnostics.Metrics;
using MassTransit.Logging;
using MassTransit.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Exports metrics for Prometheus, and traces, metrics and logs by OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// </summary>
/// <remarks>The other standard OTEL_ variables apply as well.</remarks>
internal static class Telemetry
{
    /// <summary>The sources of spans of rides, except for the HTTP server.</summary>
    public static readonly IReadOnlyList<string> Sources =
    [
        DiagnosticHeaders.DefaultListenerName,
        TelemetrySource.Name,
    ];

    static readonly string[] s_otlp =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton(MetricsOptions.Read(configuration));
        RepeatedLines.Use(services);
        services.AddHostedService<TraceIds>();
        services.AddSingleton<PolledGauges>();
        services.AddHostedService(provider => provider.GetRequiredService<PolledGauges>());
        services.AddSingleton(provider => new GaugeReadings(provider.GetRequiredService<PolledGauges>()));
        services.AddGauges<OutboxBacklog>();
        services.AddGauges<EventLogLag>();
        services.AddGauges<TimersWaiting>();
        services.AddGauges<QueueDepths>();
        services.AddSingleton<BrokerQueues>();
        services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            const string scopes = "Logging:Console:FormatterOptions:IncludeScopes";
            json.IncludeScopes = configuration.GetValue(scopes, true);
        });

        var telemetry = services
            .AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource
                    .AddService(
                        "ridebooking",
                        serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)
                    )
                    .AddEnvironmentVariableDetector()
            )
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(TelemetrySource.Name, InstrumentationOptions.MeterName, "Npgsql")
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    // MassTransit decrements these with a counter, which may only increase.
                    .AddView(instrument =>
                        instrument.Meter.Name == InstrumentationOptions.MeterName
                        && instrument.Name.EndsWith(".active", StringComparison.Ordinal)
                            ? MetricStreamConfiguration.Drop
                            : null
                    )
                    // MassTransit has a histogram for each consumer and message. They get few buckets: ours have the details.
                    .AddView(instrument =>
                        instrument.Meter.Name == InstrumentationOptions.MeterName
                        && instrument.GetType().GetGenericTypeDefinition() == typeof(Histogram<>)
                            ? new ExplicitBucketHistogramConfiguration { Boundaries = [10, 100, 1000, 10000] }
                            : null
                    )
                    .AddPrometheusExporter()
            );
        if (!s_otlp.Any(key => !string.IsNullOrWhiteSpace(configuration[key])))
            return;
        telemetry
            .WithTracing(traces =>
                traces
                    .AddSource([.. Sources, "Npgsql"])
                    .AddAspNetCoreInstrumentation(http =>
                        http.Filter = context => !MetricsOptions.IsMonitoring(context.Request.Path)
                    )
                    .AddHttpClientInstrumentation()
            )
            .WithLogging(null, logs => logs.IncludeScopes = true)
            .UseOtlpExporter();
    }
}
