using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Observability;

/// <summary>How metrics are collected and who may read them.</summary>
/// <param name="Interval"><c>Metrics:Interval</c>: the pause between two polls of the gauges.</param>
/// <param name="ScrapeToken"><c>Metrics:ScrapeToken</c>: the bearer token that Prometheus sends, or null.</param>
internal sealed record MetricsOptions(TimeSpan Interval, string? ScrapeToken)
{
    /// <summary>Where metrics are collected.</summary>
    public const string Path = "/metrics";

    const int MinTokenLength = 16;

    /// <summary>Whether a request is automatic monitoring, to be left out of the metrics and traces of requests.</summary>
    public static bool IsMonitoring(PathString path) =>
        path.StartsWithSegments(Path) || path.StartsWithSegments("/health");

    public static MetricsOptions Read(IConfiguration configuration)
    {
        var token = configuration["Metrics:ScrapeToken"];
        if (string.IsNullOrWhiteSpace(token))
            token = null;
        else if (token.Length < MinTokenLength)
            throw new ConfigurationException($"Metrics:ScrapeToken must have at least {MinTokenLength} characters.");
        return new MetricsOptions(configuration.Span("Metrics:Interval", TimeSpan.FromSeconds(15)), token);
    }
}
