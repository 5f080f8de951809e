using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>The driver releases a ride for which no other driver is searched, in the whole application.</summary>
public sealed class When_a_ride_may_not_be_reassigned : IAsyncLifetime
{
    static readonly JsonObject s_p = City.Place(52.52, 13.405);
    static readonly JsonObject s_q = City.Place(52.50, 13.30);

    CityLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await CityLab.Start(("Rides:MaxReassignments", "0"));

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task It_ends_costs_nothing_and_frees_rider_and_driver()
    {
        var (driver, rider) = (await _lab.City.DriverAt(s_p), await _lab.City.Rider());
        var ride = await rider.Request(s_p, s_q);
        await driver.Accept(await driver.Offer(ride));
        await _lab.Settle();
        var other = await _lab.City.DriverAt(s_p);

        var released = await driver.Post($"rides/{ride}/release", new JsonObject { ["reason"] = "flat tyre" });
        released.ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("noDriverFound");
        (await driver.Get("drivers/me")).Text("availability").ShouldBe("available");
        await _lab.Advance(TimeSpan.FromMinutes(5));

        var ended = (await rider.Get($"rides/{ride}")).ShouldBe(HttpStatusCode.OK);
        (ended.Text("status"), ended.Body!["payment"]!["status"]!.ToString()).ShouldBe(("noDriverFound", "none"));
        ended.Body["fare"].ShouldBeNull();
        (await other.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await rider.Get("riders/me/notifications")).Body!["items"]!
            .AsArray()
            .Select(item => item!["kind"]!.ToString())
            .ShouldNotContain("searchingAgain");
        (await driver.Get("drivers/me/notifications")).Body!["items"]!
            .AsArray()
            .Single(item => item!["kind"]!.ToString() == "rideWithdrawn")!["text"]!
            .ToString()
            .ShouldStartWith("You released it");
        await rider.Request(s_p, s_q);
    }
}
