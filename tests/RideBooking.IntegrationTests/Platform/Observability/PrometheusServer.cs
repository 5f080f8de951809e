using System.Globalization;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>A private Prometheus from the installed package: own port and folder, loopback only.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    readonly SupervisedProcess _process;
    readonly HttpClient _client;

    PrometheusServer(SupervisedProcess process, Uri address)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Starts it; every second it scrapes a host and evaluates the rules.</summary>
    /// <param name="host">The host's address.</param>
    /// <param name="rules">The file of the rules.</param>
    /// <exception cref="ServerUnavailableException">Prometheus is not installed.</exception>
    public static async Task<PrometheusServer> StartAsync(Uri host, string rules)
    {
        var program = LocalBinaries.Require("prometheus");
        var folder = Directory.CreateTempSubdirectory("ridebooking-prometheus-").FullName;
        var settings = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(
            settings,
            $"""
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files: [{rules}]
            scrape_configs:
              - job_name: ridebooking
                static_configs:
                  - targets: ["{host.Authority}"]
            """
        );
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var prometheus = new PrometheusServer(
            SupervisedProcess.Start(
                [
                    program,
                    $"--config.file={settings}",
                    $"--storage.tsdb.path={Path.Combine(folder, "data")}",
                    $"--web.listen-address={address.Authority}",
                    "--log.level=warn",
                ],
                [],
                lastSignal: "KILL",
                folder
            ),
            address
        );
        try
        {
            await WaitFor.TrueAsync(
                "Prometheus to be ready",
                () =>
                    prometheus._process.HasExited
                        ? throw new InvalidOperationException($"Prometheus ended. {prometheus._process.Output}")
                        : prometheus.IsReady(),
                WaitFor.Limit,
                () => prometheus._process.Output
            );
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks a query for its values now.</summary>
    /// <returns>The values of all series; those of quantiles over nothing (NaN) are left out.</returns>
    public async Task<IReadOnlyList<double>> Query(string query)
    {
        var answer = await Get($"query?query={Uri.EscapeDataString(query)}");
        return
        [
            .. answer["result"]!
                .AsArray()
                .Select(series => double.Parse(series!["value"]![1]!.ToString(), CultureInfo.InvariantCulture))
                .Where(value => !double.IsNaN(value)),
        ];
    }

    /// <summary>The alerts by their names, each with the health of its last evaluation: <c>ok</c>, <c>err</c> or <c>unknown</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Rules() =>
        (await Get("rules"))["groups"]!
            .AsArray()
            .SelectMany(group => group!["rules"]!.AsArray())
            .ToDictionary(rule => rule!["name"]!.ToString(), rule => rule!["health"]!.ToString());

    async Task<JsonNode> Get(string path)
    {
        using var answer = await _client.GetAsync($"/api/v1/{path}", TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {body}");
        return JsonNode.Parse(body)!["data"]!;
    }

    async Task<bool> IsReady()
    {
        try
        {
            return (await _client.GetAsync("/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}
