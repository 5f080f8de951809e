using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Rides;

/// <summary>Each test has its own place, so that no driver is offered another test's ride.</summary>
public sealed class When_a_driver_is_not_where_they_say(ImmediateNoShowHost host) : IClassFixture<ImmediateNoShowHost>
{
    const double NineKilometers = 0.081;

    [Fact]
    public async Task A_no_show_far_from_the_pickup_is_refused_with_its_reason()
    {
        var (_, driver, ride) = await Assigned(40, driverNorth: NineKilometers);
        await driver.Does(ride, "arrive");

        var refused = await driver.Post($"rides/{ride}/no-show");
        refused.ShouldBe(HttpStatusCode.Conflict, "not_at_pickup");
        refused.Body!["distanceMeters"]!.GetValue<int>().ShouldBeInRange(8_900, 9_100);
        refused.Body["allowedMeters"]!.GetValue<int>().ShouldBe(300);

        // A later position at the pickup does not prove that the driver was there when the waiting began.
        await Report(driver, 40, 13.405, 0);
        (await driver.Post($"rides/{ride}/no-show")).ShouldBe(HttpStatusCode.Conflict, "not_at_pickup");
        (await driver.Get($"rides/{ride}")).Text("status").ShouldBe("driverArrived");
    }

    [Fact]
    public async Task A_no_show_needs_the_driver_at_the_pickup_until_it_is_reported()
    {
        var (_, driver, ride) = await Assigned(41);
        await driver.Does(ride, "arrive");
        await Report(driver, 41 + NineKilometers, 13.405, 0);
        (await driver.Post($"rides/{ride}/no-show")).ShouldBe(HttpStatusCode.Conflict, "not_at_pickup");
    }

    [Fact]
    public async Task A_no_show_at_the_pickup_costs_its_fee()
    {
        var (rider, driver, ride) = await Assigned(42);
        await driver.Does(ride, "arrive");
        await driver.Does(ride, "no-show");
        var cancelled = await rider.Until("the fee", $"rides/{ride}", seen => seen.Body!["fare"] is not null);
        cancelled.Body!["fare"]!["amount"]!.ToString().ShouldBe("7.00");
        cancelled.Body["flags"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_impossible_report_is_flagged_for_operators_and_the_estimate_is_billed()
    {
        var (rider, driver, ride) = await Assigned(52.52, 52.50, 13.30, NineKilometers);
        await driver.Does(ride, "arrive");
        await driver.Does(ride, "start");
        await driver.Does(ride, "complete", new JsonObject { ["distanceMeters"] = 0 });

        var operations = await host.City.Operator();
        var flags = (await operations.Get($"rides/{ride}")).Body!["flags"]!.AsArray();
        string[] codes =
        [
            "arrivedFarFromPickup",
            "arrivedTooSoon",
            "startedFarFromPickup",
            "completedFarFromDropoff",
            "completedTooSoon",
            "distanceTooShort",
        ];
        Codes(flags).ShouldBe(codes);
        flags.ShouldAllBe(flag => flag!["reason"]!.ToString().Length > 0 && flag["at"] != null);
        var found = (await operations.Get("operations/rides?flagged=true&state=completed")).ShouldBe(HttpStatusCode.OK);
        Ids(found).ShouldContain(ride);
        Ids(await operations.Get("operations/rides?flagged=false")).ShouldNotContain(ride);
        var history = (await operations.Get($"rides/{ride}/history")).Body!.AsArray();
        history
            .Where(e => e!["event_type"]!.ToString() == "RideNeedsAttention")
            .Select(e => e!["payload"]!["kind"]!.ToString())
            .ShouldBe(codes);

        // 9.68 km at 1.20. The total depends on the hour.
        await rider.Until("the fare", $"rides/{ride}", seen => seen.Body!["fare"] is not null);
        var receipt = (await rider.Get($"rides/{ride}/receipt")).ShouldBe(HttpStatusCode.OK);
        var distance = receipt.Body!["lines"]!.AsArray().Single(line => line!["code"]!.ToString() == "distance")!;
        distance["amount"]!["amount"]!.ToString().ShouldBe("11.62");
        distance["description"]!.ToString().ShouldBe("Distance, 9.7 km (estimated)");
        var finalized = await operations.Until(
            "the event of the fare",
            $"events?type=FareFinalized&rideId={ride}",
            page => page.Body!["items"]!.AsArray().Count == 1
        );
        finalized.Body!["items"]![0]!["payload"]!["ignoredDistanceMeters"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task Only_operators_filter_by_flags_and_only_by_known_statuses()
    {
        var (operations, driver) = (await host.City.Operator(), await host.City.Driver());
        (await driver.Get("operations/rides?flagged=true")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await operations.Get("operations/rides?state=stolen")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        (await operations.Get("operations/rides?flagged=perhaps")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    Task<(Rider Rider, Driver Driver, string Ride)> Assigned(double lat, double driverNorth = 0) =>
        Assigned(lat, lat - 0.02, 13.30, driverNorth);

    async Task<(Rider Rider, Driver Driver, string Ride)> Assigned(
        double lat,
        double toLat,
        double toLng,
        double driverNorth
    )
    {
        var driver = await host.City.DriverAt(City.Place(lat + driverNorth, 13.405));
        var rider = await host.City.Rider();
        var ride = await rider.Request(City.Place(lat, 13.405), City.Place(toLat, toLng));
        await driver.Accept(await driver.Offer(ride));
        await driver.Until(
            "the ride to be the driver's",
            $"rides/{ride}",
            seen => seen.Status == HttpStatusCode.OK && seen.Text("status") == "driverAssigned"
        );
        return (rider, driver, ride);
    }

    static async Task Report(Driver driver, double lat, double lng, int sequence) =>
        (
            await driver.Put(
                "drivers/me/location",
                new JsonObject
                {
                    ["lat"] = lat,
                    ["lng"] = lng,
                    ["sequence"] = sequence,
                }
            )
        ).ShouldBe(HttpStatusCode.NoContent);

    static IEnumerable<string> Codes(JsonArray flags) => flags.Select(flag => flag!["code"]!.ToString());

    static IEnumerable<string> Ids(Answer page) =>
        page.Body!["items"]!.AsArray().Select(ride => ride!["id"]!.ToString());
}
