using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Observability;

/// <summary>How metrics are collected and who may read them.</summary>
/// <param name="Interval"><c>Metrics:Interval</c>: the pause between two polls of the gauges.</param>
/// <param name="ScrapeToken"><c>Metrics:ScrapeToken</c>: the bearer token that Prometheus sends, or null.</param>
internal sealed record MetricsSettings(TimeSpan Interval, string? ScrapeToken)
{
    const int MinTokenLength = 16;

    public static MetricsSettings Read(IConfiguration configuration)
    {
        var token = configuration["Metrics:ScrapeToken"];
        if (string.IsNullOrWhiteSpace(token))
            token = null;
        else if (token.Length < MinTokenLength)
            throw new ConfigurationException($"Metrics:ScrapeToken must have at least {MinTokenLength} characters.");
        return new MetricsSettings(configuration.Span("Metrics:Interval", TimeSpan.FromSeconds(15)), token);
    }
}
