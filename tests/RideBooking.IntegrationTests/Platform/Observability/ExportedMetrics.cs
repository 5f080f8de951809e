using System.Globalization;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>Reads the metrics that a host exports for Prometheus.</summary>
static class ExportedMetrics
{
    /// <summary>Returns the value of the first series with a name and a label; null if there is none.</summary>
    public static async Task<double?> Metric(this HostProcess host, string name, string label = "")
    {
        var page = await host.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var line = page.Split('\n')
            .FirstOrDefault(line =>
                line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal)
            );
        return line is null ? null : double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
