using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>What a newcomer types first must work as it stands.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Walks_a_newcomer_through_a_whole_ride()
    {
        var script = await WalkThrough.Of("README.md");
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
}
