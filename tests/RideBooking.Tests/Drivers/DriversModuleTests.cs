using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Drivers;

public sealed class DriversModuleTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    // Far from every other scenario and from each other, so that no driver is offered another test's ride.
    static JsonObject Place(int part) => City.Place(47 + part, 8.5);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static JsonObject Profile(string name = "Anna", string vehicleClass = "Comfort", string plate = "ZH 1") =>
        new()
        {
            ["name"] = name,
            ["vehicle"] = new JsonObject
            {
                ["class"] = vehicleClass,
                ["plate"] = plate,
                ["model"] = "Testarossa",
            },
        };

    [Fact]
    public async Task A_profile_comes_back_as_it_was_saved()
    {
        var driver = await host.City.Driver();

        var saved = (await driver.Put("drivers/me", Profile())).ShouldBe(HttpStatusCode.OK);
        var seen = (await driver.Get("drivers/me")).ShouldBe(HttpStatusCode.OK).Body!;

        saved.Text("name").ShouldBe("Anna");
        saved.Body!["vehicle"]!["class"]!.ToString().ShouldBe("comfort");
        JsonNode.DeepEquals(seen["profile"], saved.Body).ShouldBeTrue();
        seen["availability"]!.ToString().ShouldBe("offline");
    }

    [Theory]
    [InlineData("", "comfort", "ZH 1", "name")]
    [InlineData("Anna", "no class", "ZH 1", "vehicle.class")]
    [InlineData("Anna", "submarine", "ZH 1", "vehicle.class")]
    [InlineData("Anna", "comfort\n", "ZH 1", "vehicle.class")]
    [InlineData("Anna", "comfort", "a plate that is longer than any plate", "vehicle.plate")]
    public async Task An_invalid_profile_is_refused_by_field(
        string name,
        string vehicleClass,
        string plate,
        string field
    )
    {
        var driver = await host.City.Driver();

        var answer = await driver.Put("drivers/me", Profile(name, vehicleClass, plate));

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        answer.Body!["errors"]![field].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_shift_begins_once_and_ends_once()
    {
        var driver = await host.City.Driver();
        var where = new JsonObject { ["location"] = Place(1) };

        var shift = (await driver.Post("drivers/me/shift", where.DeepClone())).ShouldBe(HttpStatusCode.OK);
        var again = (await driver.Post("drivers/me/shift", where.DeepClone())).ShouldBe(HttpStatusCode.OK);

        again.Text("shiftId").ShouldBe(shift.Text("shiftId"));
        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.NoContent);
        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("""{"lat": 91, "lng": 8, "sequence": 1}""", "lat")]
    [InlineData("""{"lat": 47, "lng": 181, "sequence": 1}""", "lng")]
    [InlineData("""{"lat": 47, "lng": 8, "heading": 361, "sequence": 1}""", "heading")]
    [InlineData("""{"lat": 47, "lng": 8, "sequence": -1}""", "sequence")]
    [InlineData("""{"lat": 47, "lng": 8}""", "sequence")]
    [InlineData("""{"lat": 47, "lng": 8, "sequence": 9007199254740992}""", "sequence")]
    [InlineData("""{"lat": 47, "lng": 8, "sequence": 9223372036854775807}""", "sequence")]
    public async Task An_invalid_location_is_refused_by_field(string report, string field)
    {
        var driver = await host.City.Driver();

        var answer = await driver.Put("drivers/me/location", JsonNode.Parse(report)!);

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        answer.Body!["errors"]![field].ShouldNotBeNull();
    }

    [Fact]
    public async Task Reporting_a_location_brings_the_rides_of_another_place()
    {
        // 16 km apart: more than the search radius, but not more than two reports may be apart.
        var driver = await host.City.DriverAt(City.Place(49.856, 8.5));
        var report = await driver.Put(
            "drivers/me/location",
            new JsonObject
            {
                ["lat"] = 50,
                ["lng"] = 8.5,
                ["sequence"] = 0,
            }
        );
        report.ShouldBe(HttpStatusCode.NoContent);
        report.Response.Headers.GetValues("Location-Report").ShouldBe(["used"]);
        report.Response.Headers.GetValues("Location-Sequence").ShouldBe(["0"]);
        var rider = await host.City.Rider();

        var ride = await rider.Request(Place(3), City.Place(50.01, 8.5));

        await driver.Offer(ride);
    }

    [Fact]
    public async Task An_unreachable_location_is_refused()
    {
        var driver = await host.City.DriverAt(Place(11));

        var answer = await driver.Put(
            "drivers/me/location",
            new JsonObject
            {
                ["lat"] = -33.87,
                ["lng"] = 151.21,
                ["sequence"] = 0,
            }
        );

        answer.ShouldBe(HttpStatusCode.UnprocessableEntity, "implausible_location");
        answer = await driver.Post("drivers/me/shift", new JsonObject { ["location"] = City.Place(0, 0) });
        answer.ShouldBe(HttpStatusCode.UnprocessableEntity, "implausible_location");
    }

    [Fact]
    public async Task A_trip_keeps_the_driver_on_duty_and_earns_the_drivers_share()
    {
        var driver = await host.City.DriverAt(Place(4));
        var rider = await host.City.Rider();
        var ride = await rider.Request(Place(4), City.Place(51.05, 8.5));
        await driver.Accept(await driver.Offer(ride));
        var enRoute = await driver.Until(
            "the driver to be on a trip",
            "drivers/me",
            me => me.Text("availability") == "enRoute"
        );
        enRoute.Body!["currentRide"]!["rideId"]!.ToString().ShouldBe(ride);
        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.Conflict, "on_trip");

        await driver.Does(ride, "arrive");
        await driver.Does(ride, "start");
        await driver.Does(ride, "complete", new JsonObject { ["distanceMeters"] = 6100 });

        var earned = await driver.Until(
            "the driver's share",
            "drivers/me/earnings",
            earnings => earnings.Text("rides") == "1"
        );
        var total = earned.Body!["totals"]![0]!;
        decimal Amount(string name) =>
            decimal.Parse(total[name]!["amount"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        Amount("earned").ShouldBe(decimal.Round(Amount("fares") * 0.80m, 2, MidpointRounding.AwayFromZero));
        await driver.Until("the trip to end", "drivers/me", me => me.Text("availability") == "available");
        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Going_off_duty_right_after_accepting_is_refused()
    {
        var driver = await host.City.DriverAt(Place(9));
        var rider = await host.City.Rider();
        var offer = await driver.Offer(await rider.Request(Place(9), City.Place(56.05, 8.5)));

        (await driver.Post($"offers/{offer["offerId"]}/accept")).ShouldBe(HttpStatusCode.OK);

        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.Conflict, "on_trip");
    }

    [Fact]
    public async Task Going_off_duty_ends_the_open_offer()
    {
        var driver = await host.City.DriverAt(Place(10));
        var rider = await host.City.Rider();
        var offer = await driver.Offer(await rider.Request(Place(10), City.Place(57.05, 8.5)));

        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.NoContent);

        (await driver.Post($"offers/{offer["offerId"]}/accept")).ShouldBe(HttpStatusCode.Conflict, "offer_expired");
        (await driver.Post($"offers/{offer["offerId"]}/decline")).ShouldBe(HttpStatusCode.Conflict, "offer_expired");
        (await driver.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldBeEmpty();
        (await driver.Get("drivers/me")).Body!["currentOffer"].ShouldBeNull();
    }

    [Theory]
    [InlineData("accept", 5)]
    [InlineData("decline", 8)]
    public async Task An_unknown_offer_or_that_of_another_driver_does_not_exist(string answer, int part)
    {
        var (asked, curious) = (await host.City.DriverAt(Place(part)), await host.City.Driver());
        var rider = await host.City.Rider();
        var offer = await asked.Offer(await rider.Request(Place(part), City.Place(47.05 + part, 8.5)));

        (await curious.Post($"offers/{offer["offerId"]}/{answer}")).ShouldBe(
            HttpStatusCode.NotFound,
            "offer_not_found"
        );
        (await asked.Post($"offers/{Guid.NewGuid()}/{answer}")).ShouldBe(HttpStatusCode.NotFound, "offer_not_found");
        (await rider.Post($"offers/{offer["offerId"]}/{answer}")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await asked.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Declining_needs_no_body_and_may_be_repeated()
    {
        var driver = await host.City.DriverAt(Place(6));
        var rider = await host.City.Rider();
        var offer = await driver.Offer(await rider.Request(Place(6), City.Place(53.05, 8.5)));
        var decline = $"offers/{offer["offerId"]}/decline";

        (await driver.Post(decline)).ShouldBe(HttpStatusCode.NoContent);
        (await driver.Post(decline)).ShouldBe(HttpStatusCode.NoContent);
        (await driver.Post($"offers/{offer["offerId"]}/accept")).ShouldBe(HttpStatusCode.Conflict, "offer_expired");
        (await driver.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_driver_receives_events_of_offers_and_rides()
    {
        var driver = await host.City.DriverAt(Place(7));
        await using var events = driver.Listen("drivers/me/events", Stop).GetAsyncEnumerator(Stop);
        var rider = await host.City.Rider();
        var ride = await rider.Request(Place(7), City.Place(54.05, 8.5));

        var offer = await Next("offer");
        offer["rideId"]!.ToString().ShouldBe(ride);
        await driver.Accept(offer);
        (await Next("assigned"))["offerId"]!.ToString().ShouldBe(offer["offerId"]!.ToString());
        await using (var another = driver.Listen("drivers/me/events", Stop).GetAsyncEnumerator(Stop))
        {
            (await another.MoveNextAsync()).ShouldBeTrue();
            another.Current.Type.ShouldBe("assigned"); // a later connection starts with the current state
        }
        await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        (await Next("ended"))["rideId"]!.ToString().ShouldBe(ride);

        async Task<JsonNode> Next(string type)
        {
            (await events.MoveNextAsync()).ShouldBeTrue($"the stream ended before {type}");
            events.Current.Type.ShouldBe(type);
            return events.Current.Data;
        }
    }
}
