using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Visibility;

/// <summary>A consumer is so busy that a command is answered before its effects can be read.</summary>
public sealed class When_a_consumer_is_behind(HostThatIsBehind host) : IClassFixture<HostThatIsBehind>
{
    [Fact]
    public async Task The_next_request_continues_to_wait()
    {
        var (busy, busyOffer) = await Offered(City.Alexanderplatz);
        var (driver, offer) = await Offered(City.Place(48.1, 11.5));
        host.HoldRide(offer["rideId"]!.ToString());
        var accepting = driver.Accept(offer);
        // The consumer is busy but does not hang.
        await busy.Accept(busyOffer);
        await accepting;

        var next = driver.Get("drivers/me");
        // Long enough for an answer that does not wait.
        for (var request = 0; request < 10; request++)
            (await busy.Get("drivers/me")).Text("availability").ShouldBe("enRoute");
        host.Release();

        (await next).Text("availability").ShouldBe("enRoute");
    }

    async Task<(Driver Driver, JsonNode Offer)> Offered(JsonObject place)
    {
        var driver = await host.City.DriverAt(place);
        var rider = await host.City.Rider();
        var dropoff = City.Place(place["lat"]!.GetValue<double>() + 0.05, place["lng"]!.GetValue<double>());
        return (driver, await driver.Offer(await rider.Request(place, dropoff)));
    }
}

/// <summary>The embedded default, where the drivers' module does not handle the assignment of one ride.</summary>
public sealed class HostThatIsBehind()
    : GatedHost(
        "track-assignments",
        holds: false,
        ("Messaging:VisibilityTimeout", "00:00:03"),
        ("Matching:OfferTimeout", "00:05:00")
    );
