using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Matching;

/// <summary>Drivers do not report, do not answer, or move while a rider waits, in the whole application.</summary>
public sealed class When_drivers_are_silent : IAsyncLifetime
{
    static readonly JsonObject s_p = City.Place(52.52, 13.405);
    static readonly JsonObject s_q = City.Place(52.50, 13.30);

    CityLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await CityLab.Start();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    static async Task<string> Availability(Driver driver) => (await driver.Get("drivers/me")).Text("availability");

    [Fact]
    public async Task The_live_one_gets_the_ride_though_nine_silent_ones_are_nearer()
    {
        var silent = new List<Driver>();
        for (var n = 0; n < 9; n++)
            silent.Add(await _lab.City.DriverAt(s_p));
        await _lab.Advance(TimeSpan.FromHours(6));
        var live = await _lab.City.DriverAt(City.Place(52.547, 13.405));
        (await Availability(silent[0])).ShouldBe("notReporting");

        var ride = await (await _lab.City.Rider()).Request(s_p, s_q);
        await _lab.Settle();

        (await live.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldHaveSingleItem()!["rideId"]!
            .ToString()
            .ShouldBe(ride);
    }

    [Fact]
    public async Task Three_ignored_offers_end_the_shift_and_the_driver_is_notified()
    {
        var driver = await _lab.City.DriverAt(s_p);
        await (await _lab.City.Rider()).Request(s_p, s_q);

        // Each offer is open for 20 seconds, and the pause before the next lasts 20 seconds too.
        await _lab.Advance(TimeSpan.FromMinutes(2));

        (await Availability(driver)).ShouldBe("offline");
        (await driver.Get("drivers/me/notifications")).Body!["items"]!
            .AsArray()
            .Select(item => item!["kind"]!.ToString())
            .ShouldContain("takenOffDuty");
        await driver.GoOnline(s_p);
        (await Availability(driver)).ShouldBeOneOf("available", "offered");
    }

    [Fact]
    public async Task A_driver_who_moves_to_the_rider_is_offered_the_ride()
    {
        var driver = await _lab.City.DriverAt(City.Place(52.68, 13.405));
        var ride = await (await _lab.City.Rider()).Request(s_p, s_q);
        await _lab.Settle();
        (await driver.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldBeEmpty();

        (
            await driver.Put(
                "drivers/me/location",
                new JsonObject
                {
                    ["lat"] = 52.52,
                    ["lng"] = 13.405,
                    ["sequence"] = 0,
                }
            )
        ).ShouldBe(HttpStatusCode.NoContent);

        await driver.Drives(ride);
    }
}
