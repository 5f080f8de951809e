using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Host;

/// <summary>Checks that the application uses the lab's time, and that the lab detects when it is idle.</summary>
public sealed class CityLabTests
{
    static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Lets_an_offer_expire_when_its_time_has_passed_and_not_before()
    {
        await using var city = await CityLab.Start(
            ("Matching:OfferTimeout", "00:10:00"),
            ("Matching:SearchDeadline", "01:00:00")
        );
        var driver = await city.City.DriverAt(City.Alexanderplatz);
        var rideId = await (await city.City.Rider()).Request(City.Alexanderplatz, City.Zoo);
        await city.Settle();
        (await Offers(driver)).ShouldBe([rideId]);

        await city.Advance(TimeSpan.FromMinutes(10) - 30 * s_second);
        (await Offers(driver)).ShouldBe([rideId]);

        await city.Advance(30 * s_second);
        (await Offers(driver)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ends_a_search_of_hours_at_once_and_knows_that_nothing_follows()
    {
        await using var city = await CityLab.Start(("Matching:SearchDeadline", "06:00:00"));
        var rider = await city.City.Rider();
        var requested = city.Now;
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);

        await city.Advance(TimeSpan.FromHours(6));
        (await rider.Get($"rides/{rideId}")).Text("status").ShouldBe("noDriverFound");
        (city.Now - requested).ShouldBeInRange(TimeSpan.FromHours(6), TimeSpan.FromHours(6) + TimeSpan.FromMinutes(1));
        var history = await History(rider, rideId);

        await city.Advance(TimeSpan.FromHours(1));
        (await History(rider, rideId)).ShouldBe(history);
    }

    [Fact]
    public async Task Is_idle_as_soon_as_all_notifications_are_sent()
    {
        await using var city = await CityLab.Start();
        var (rider, driver) = (await city.City.Rider(), await city.City.DriverAt(City.Alexanderplatz));
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);

        await city.Settle();
        (await rider.Get($"rides/{rideId}")).Body!["payment"]!["status"]!.GetValue<string>().ShouldBe("captured");
        (await rider.Get($"rides/{rideId}/receipt")).ShouldBe(HttpStatusCode.OK);
        var notifications = (await rider.Get("riders/me/notifications?limit=50")).Body!["items"]!.AsArray();
        notifications.Count(item => item!["kind"]!.GetValue<string>() == "receiptIssued").ShouldBe(1);
    }

    static async Task<List<string>> Offers(Driver driver) =>
        [.. Items(await driver.Get("drivers/me/offers")).Select(offer => offer!["rideId"]!.GetValue<string>())];

    static async Task<List<string>> History(Rider rider, string rideId) =>
        [.. Items(await rider.Get($"rides/{rideId}/history")).Select(e => e!["event_type"]!.GetValue<string>())];

    static JsonArray Items(Answer answer) => answer.Body as JsonArray ?? answer.Body!["items"]!.AsArray();
}
