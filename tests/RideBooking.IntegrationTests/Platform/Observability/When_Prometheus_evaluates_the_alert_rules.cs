using System.Text.RegularExpressions;
using RideBooking.IntegrationTests.Documentation;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>infra/observability as Prometheus's own tool reads it.</summary>
public sealed partial class When_Prometheus_evaluates_the_alert_rules
{
    static readonly string s_folder = Path.Combine(Page.Repository, "infra", "observability");

    [Fact]
    public async Task Are_valid() => (await Promtool("check", "rules", "alerts.yml")).ShouldContain("SUCCESS");

    [Fact]
    public async Task Are_read_with_settings_that_are_valid() =>
        (await Promtool("check", "config", "--syntax-only", "prometheus.yml")).ShouldContain("is valid");

    [Fact]
    public async Task Fire_when_they_should_and_not_otherwise() =>
        (await Promtool("test", "rules", "alerts.test.yml")).ShouldContain("SUCCESS");

    [Fact]
    public async Task Are_each_tested_firing_and_not_firing()
    {
        var rules = await Read("alerts.yml");
        var cases = Case().Matches(await Read("alerts.test.yml")).Select(found => found.Groups).ToList();

        var alerts = Alert().Matches(rules).Select(alert => alert.Groups[1].Value).ToList();
        alerts.Count.ShouldBeGreaterThan(10);
        var quiet = cases.Where(groups => groups["none"].Success).Select(groups => groups["alert"].Value);
        var firing = cases.Where(groups => !groups["none"].Success).Select(groups => groups["alert"].Value);
        quiet.Distinct().ShouldBe(alerts, ignoreOrder: true);
        firing.Distinct().ShouldBe(alerts, ignoreOrder: true);
    }

    static Task<string> Promtool(params string[] arguments) =>
        Servers.OrSkipAsync(
            "Prometheus",
            () =>
                LocalCommand.RunAsync(
                    [
                        "/bin/sh",
                        "-c",
                        $"cd {s_folder} && exec \"$@\" 2>&1",
                        "sh",
                        LocalBinaries.Require("promtool"),
                        .. arguments,
                    ],
                    []
                )
        );

    static Task<string> Read(string file) =>
        File.ReadAllTextAsync(Path.Combine(s_folder, file), TestContext.Current.CancellationToken);

    [GeneratedRegex("- alert: (.+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"- (?:\{ )?alertname: (?<alert>\w+)[\s,]+eval_time: \w+[\s,]+exp_alerts:(?<none> \[\])?")]
    private static partial Regex Case();
}
