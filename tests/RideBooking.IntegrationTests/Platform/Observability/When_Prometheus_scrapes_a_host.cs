using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideBooking.IntegrationTests.Documentation;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>The metrics of a host after a few rides and failures, as Prometheus and its tools read them.</summary>
public sealed partial class When_Prometheus_scrapes_a_host(ScrapedHost app) : IClassFixture<ScrapedHost>
{
    const string Rules = "infra/observability/alerts.yml";
    const string Dashboards = "infra/observability/grafana";
    const string Metrics = "docs/operating/metrics-and-alerts.md";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promtool_finds_no_fault_in_the_metrics()
    {
        var page = await app.Host.Client.GetStringAsync("/metrics", Stop);
        var file = Path.Combine(Directory.CreateTempSubdirectory("ridebooking-metrics-").FullName, "metrics.txt");
        try
        {
            await File.WriteAllTextAsync(file, page, Stop);
            // Exit code 3: the metrics can be read, and some names are not as Prometheus recommends.
            var remarks = await LocalCommand.RunAsync(
                ["/bin/sh", "-c", $"{LocalBinaries.Require("promtool")} check metrics <{file} 2>&1 || [ $? = 3 ]"],
                []
            );

            // The names of the others were chosen by MassTransit, ASP.NET Core and .NET.
            remarks
                .Split('\n')
                .Where(remark => remark.StartsWith("ridebooking_", StringComparison.Ordinal))
                .ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task Every_metric_of_the_rules_the_dashboards_and_the_page_is_exported()
    {
        var exported = (await app.Host.Client.GetStringAsync("/metrics", Stop))
            .Split('\n')
            .Select(line => line.Split('{', ' ')[0])
            .ToHashSet();
        var texts = new List<string> { await Read(Rules) };
        texts.AddRange(await DashboardQueries());
        texts.AddRange(await PageQueries());

        var asked = texts.SelectMany(text => Metric().Matches(text)).Select(match => match.Value).Distinct().ToList();
        asked.Count.ShouldBeGreaterThan(20);
        asked.Except(exported).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_query_of_the_dashboards_and_the_page_returns_data()
    {
        var queries = (await DashboardQueries()).Concat(await PageQueries()).Distinct().ToList();
        queries.Count.ShouldBeGreaterThan(20);

        foreach (var query in queries)
            await WaitFor.TrueAsync(
                $"data of {query}",
                async () => (await app.Prometheus.Query(query)).Count > 0,
                WaitFor.Limit,
                () => app.Host.Output
            );
    }

    [Fact]
    public async Task Every_rule_is_evaluated()
    {
        var alerts = Alert().Matches(await Read(Rules)).Select(alert => alert.Groups[1].Value).ToList();
        IReadOnlyDictionary<string, string> rules = new Dictionary<string, string>();
        await WaitFor.TrueAsync(
            "every rule to be evaluated",
            async () =>
            {
                rules = await app.Prometheus.Rules();
                return alerts.TrueForAll(alert => rules.GetValueOrDefault(alert, "unknown") != "unknown");
            },
            WaitFor.Limit
        );
        rules.ShouldAllBe(rule => rule.Value == "ok");
    }

    static async Task<List<string>> DashboardQueries()
    {
        var queries = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Page.Repository, Dashboards), "*.json"))
            queries.AddRange(Expressions(JsonNode.Parse(await File.ReadAllTextAsync(file, Stop))));
        queries.ShouldNotBeEmpty();
        return queries;
    }

    // Panels may be inside of rows.
    static IEnumerable<string> Expressions(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(member =>
                member is { Key: "expr", Value: { } query } && query.GetValueKind() == JsonValueKind.String
                    ? [query.GetValue<string>()]
                    : Expressions(member.Value)
            ),
            JsonArray items => items.SelectMany(Expressions),
            _ => [],
        };

    static async Task<IReadOnlyList<string>> PageQueries()
    {
        var section = (await Read(Metrics)).Split("\n### Watch an endpoint\n")[1].Split("\n### ")[0];
        var queries = Row().Matches(section).Select(row => row.Groups[1].Value).ToList();
        queries.Count.ShouldBe(8);
        return queries;
    }

    static Task<string> Read(string path) => File.ReadAllTextAsync(Path.Combine(Page.Repository, path), Stop);

    [GeneratedRegex(@"\b(ridebooking|messaging_masstransit|http_server|kestrel|dotnet)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("- alert: (.+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| [^|]+ \| `(.+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
