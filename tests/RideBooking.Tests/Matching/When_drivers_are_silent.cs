using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Drivers;
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

        // Each offer is open for 20 seconds, and the driver cools down for 30 seconds. The app reports all the time.
        for (var sequence = 0; sequence < 14; sequence++)
        {
            await _lab.Advance(TimeSpan.FromSeconds(10));
            await Reports(driver, sequence);
        }

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

        await Reports(driver, sequence: 0);

        await driver.Drives(ride);
    }

    [Fact]
    public async Task A_driver_whose_app_is_silent_for_five_minutes_is_taken_off_duty_and_notified()
    {
        var (silent, reporting) = (await _lab.City.DriverAt(s_p), await _lab.City.DriverAt(s_p));
        await _lab.Advance(TimeSpan.FromMinutes(4.9));
        await Reports(reporting, sequence: 0);
        await EndSilentShifts();
        (await Availability(silent)).ShouldBe("notReporting");

        await _lab.Advance(TimeSpan.FromMinutes(0.2));
        await EndSilentShifts();

        (await Availability(silent)).ShouldBe("offline");
        (await Availability(reporting)).ShouldBe("available");
        var notification = (await silent.Get("drivers/me/notifications")).Body!["items"]!
            .AsArray()
            .ShouldHaveSingleItem()!;
        (notification["kind"]!.ToString(), notification["rideId"]).ShouldBe(("takenOffDuty", null));
        await silent.GoOnline(s_p);
        (await Availability(silent)).ShouldBe("available");
    }

    [Fact]
    public async Task A_driver_with_a_ride_stays_on_duty_without_reports()
    {
        var driver = await _lab.City.DriverAt(s_p);
        var ride = await (await _lab.City.Rider()).Request(s_p, s_q);
        await driver.Accept(await driver.Offer(ride));
        await _lab.Advance(TimeSpan.FromMinutes(20));

        await EndSilentShifts();

        (await Availability(driver)).ShouldBeOneOf("enRoute", "onTrip");
    }

    /// <summary>Ends the shifts of silent drivers, as the host does every half minute of real time.</summary>
    async Task EndSilentShifts()
    {
        await _lab.Services.GetRequiredService<EndSilentShifts>().EndShifts(TestContext.Current.CancellationToken);
        await _lab.Settle();
    }

    static async Task Reports(Driver driver, int sequence) =>
        (
            await driver.Put(
                "drivers/me/location",
                new JsonObject
                {
                    ["lat"] = 52.52,
                    ["lng"] = 13.405,
                    ["sequence"] = sequence,
                }
            )
        ).ShouldBe(HttpStatusCode.NoContent);
}
