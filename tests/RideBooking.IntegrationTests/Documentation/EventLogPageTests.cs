using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>The commands of docs/event-log.md work as they are.</summary>
public sealed class EventLogPageTests
{
    [Fact]
    public async Task Walks_a_newcomer_through_the_event_log()
    {
        var script = await WalkThrough.Of("docs/event-log.md");
        await using var host = await HostProcess.StartAsync([
            KeyValuePair.Create("ASPNETCORE_ENVIRONMENT", "Development"),
        ]);
        script = script.Replace("http://localhost:5080/", host.Address.AbsoluteUri, StringComparison.Ordinal);

        var said = await LocalCommand.RunAsync(["/bin/sh", "-eu", "-c", script], []);

        said.ShouldContain("\"position\":1,");
        said.ShouldContain("event: RideRequested\ndata: {\"event_id\":");
        said.ShouldContain("event: RideCancelled\ndata: {\"event_id\":");
        said.ShouldContain("Link: </api/v1/events?after=1&limit=1>; rel=\"next\"");
        said.ShouldContain("event: RideRequested\ndata: {\"specversion\":\"1.0\"");
        said.ShouldContain("\"projection\":\"ride-facts\"");
        said.ShouldContain("\"name\":\"ride-facts\"");
        said.ShouldContain("[1,2]");
        said.ShouldContain("urn:ridebooking:event:RideRated:2");
        said.ShouldContain("\"event_type\":\"CancellationFeeAssessed\",\"version\":2");
        said.ShouldContain("\"riderId\":\"ada\",\"forgottenAt\":");
        said.ShouldContain("\"address\":\"redacted\"");
        // The only problem is the position that the page shows as refused.
        said.Split("urn:ridebooking:problem:").Skip(1).ShouldHaveSingleItem().ShouldStartWith("position_beyond_end");
    }
}
