using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>The commands of the README and of the pages work as they are, one page after the other on one host.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task Walk_a_newcomer_through_a_ride_its_past_the_schemas_and_the_event_log()
    {
        await using var host = await HostProcess.StartAsync([
            KeyValuePair.Create("ASPNETCORE_ENVIRONMENT", "Development"),
        ]);

        ShouldShowARideAndItsPast(await WalkThrough.Run(host, "README.md", "docs/time-travel.md"));
        ShouldShowTheSchemas(await WalkThrough.Run(host, "docs/schemas.md"));
        // The last, because it forgets the rider.
        ShouldShowTheEventLog(await WalkThrough.Run(host, "docs/event-log.md"));

        (await host.StopAsync()).ShouldBe(0, host.Output);
    }

    static void ShouldShowARideAndItsPast(string said)
    {
        said.ShouldNotContain("urn:ridebooking:problem", customMessage: said);
        said.ShouldContain("\"status\":\"completed\"");
        foreach (var happened in new[] { "RideRequested", "DriverAssigned", "RideCompleted", "PaymentCaptured" })
            said.ShouldContain($"\"event_type\":\"{happened}\"");
        said.ShouldContain("\"kind\":\"driverAssigned\"");
        // The ride at its second event, and all that has changed.
        said.ShouldContain("\"version\":2,");
        said.ShouldContain("\"fromVersion\":0,");
        said.ShouldContain("{\"field\":\"payment.status\",\"before\":null,\"after\":\"captured\"}");
    }

    static void ShouldShowTheSchemas(string said)
    {
        said.ShouldContain("\nRideRequested\t2\t");
        said.ShouldContain("urn:ridebooking:event:RideRequested:1");
        said.ShouldContain("added\tby\t");
        said.ShouldContain("removed\tvehicleClass\t");
        said.ShouldContain("required_member_missing at 'vehicleKind'");
        said.ShouldContain("not compatible");
        said.ShouldContain("\"asyncapi\"");
    }

    static void ShouldShowTheEventLog(string said)
    {
        said.ShouldContain("\"position\":1,");
        said.ShouldContain("event: RideRequested\ndata: {\"event_id\":");
        said.ShouldContain("event: RideCancelled\ndata: {\"event_id\":");
        said.ShouldContain("Link: </api/v1/events?after=1&limit=1>; rel=\"next\"");
        said.ShouldContain("event: RideRequested\ndata: {\"specversion\":\"1.0\"");
        said.ShouldContain("\"projection\":\"ride-facts\"");
        said.Split(" of ride-facts completed at position ").Length.ShouldBe(3, said);
        said.ShouldContain("\"name\":\"ride-facts\"");
        said.ShouldContain("[1,2]");
        said.ShouldContain("urn:ridebooking:event:RideRated:2");
        said.ShouldContain("\"event_type\":\"CancellationFeeAssessed\",\"version\":2");
        said.ShouldContain("added\tby\t");
        said.ShouldContain("\"riderId\":\"ada\",\"forgottenAt\":");
        said.ShouldContain("\"address\":\"redacted\"");
        // The only problem is the position that the page shows as refused.
        said.Split("urn:ridebooking:problem:").Skip(1).ShouldHaveSingleItem().ShouldStartWith("position_beyond_end");
    }
}
