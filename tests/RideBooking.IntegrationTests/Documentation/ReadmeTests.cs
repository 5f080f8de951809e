using System.Text.RegularExpressions;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>What a newcomer types first must work as it stands.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Walks_a_newcomer_through_a_whole_ride()
    {
        var script = await WalkThrough();
        await using var host = await HostProcess.StartAsync([
            KeyValuePair.Create("ASPNETCORE_ENVIRONMENT", "Development"),
        ]);
        script = script.Replace("http://localhost:5080/", host.Address.AbsoluteUri, StringComparison.Ordinal);

        var said = await LocalCommand.RunAsync(["/bin/sh", "-eu", "-c", script], []);

        said.ShouldNotContain("urn:ridebooking:problem", customMessage: said);
        said.ShouldContain("\"status\":\"completed\"");
        foreach (var happened in new[] { "RideRequested", "DriverAssigned", "RideCompleted", "PaymentCaptured" })
            said.ShouldContain($"\"event_type\":\"{happened}\"");
        said.ShouldContain("\"kind\":\"driverAssigned\"");
        (await host.StopAsync()).ShouldBe(0, host.Output);
    }

    /// <summary>Every block of shell commands between the README's two marks, as one script.</summary>
    static async Task<string> WalkThrough()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "README.md")))
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        var readme = await File.ReadAllTextAsync(
            Path.Combine(folder.FullName, "README.md"),
            TestContext.Current.CancellationToken
        );
        var part = Part().Match(readme).Value;
        var blocks = Block().Matches(part).Select(block => block.Groups["commands"].Value).ToList();
        blocks.Count.ShouldBeGreaterThan(5);
        return string.Join('\n', blocks);
    }

    [GeneratedRegex("<!-- walk-through.*<!-- end of the walk-through -->", RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex("^```sh\n(?<commands>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
