using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Events;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>Destinations and stops in the whole application, over HTTP.</summary>
public sealed class When_a_destination_changes_over_HTTP(CityLab lab) : IClassFixture<CityLab>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A driver of another test would take the ride.
    readonly JsonObject _pickup = City.Place(40 + Random.Shared.NextDouble() * 10, 5 + Random.Shared.NextDouble() * 10);

    JsonObject Away(double degrees) => City.Place((double)_pickup["lat"]! + degrees, (double)_pickup["lng"]!);

    [Fact]
    public async Task The_driver_sees_it_and_the_rider_pays_the_new_quote()
    {
        var (rider, driver, ride) = await Ride();
        await driver.Does(ride, "arrive");
        await driver.Does(ride, "start");
        var quote = (await rider.QuotesDestination(ride, Away(0.1), [Away(0.05)])).ShouldBe(HttpStatusCode.OK).Body!;

        var changed = await rider.ChangesDestination(ride, Away(0.1), [Away(0.05)], quote["quoteId"]!.ToString());

        changed.ShouldBe(HttpStatusCode.Accepted);
        changed.Body!["stops"]!.AsArray().Count.ShouldBe(1);
        changed.Body!["quote"]!["fare"]!.ToJsonString().ShouldBe(quote["fare"]!.ToJsonString());
        Latitude((await driver.Get("drivers/me")).Body!["currentRide"]!["dropoff"]).ShouldBe(Latitude(Away(0.1)));
        Latitude((await driver.Get($"rides/{ride}")).Body!["dropoff"]).ShouldBe(Latitude(Away(0.1)));
        await foreach (var (type, data) in driver.Listen("drivers/me/events", Stop))
        {
            type.ShouldBe("assigned");
            Latitude(data["dropoff"]).ShouldBe(Latitude(Away(0.1)));
            data["stops"]!.AsArray().Count.ShouldBe(1);
            break;
        }
        await driver.Until(
            "the notification",
            "drivers/me/notifications",
            list => list.Body!.ToJsonString().Contains("The destination has changed", StringComparison.Ordinal)
        );

        await driver.Does(ride, "complete", new JsonObject { ["distanceMeters"] = 15_000 });
        await rider.SeesPayment(ride, "captured");
        (await rider.Get($"rides/{ride}/receipt")).Body!["lines"]![0]!["amount"]!
            .ToJsonString()
            .ShouldBe(quote["fare"]!.ToJsonString());
        await using var scope = lab.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<IAuditedState>().Compare([Guid.Parse(ride)], Stop))
            .SelectMany(it => it.Deviations)
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task An_open_stream_of_the_driver_says_so()
    {
        var (rider, driver, ride) = await Ride();
        await using var events = driver.Listen("drivers/me/events", Stop).GetAsyncEnumerator(Stop);
        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.Type.ShouldBe("assigned");

        (await rider.ChangesDestination(ride, Away(0.1))).ShouldBe(HttpStatusCode.Accepted);

        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.Type.ShouldBe("destination");
        Latitude(events.Current.Data["dropoff"]).ShouldBe(Latitude(Away(0.1)));
    }

    [Fact]
    public async Task It_needs_a_quote_of_this_ride_for_this_place_that_has_not_expired()
    {
        var (rider, _, ride) = await Ride();
        var ordinary = (await rider.Quote(_pickup, Away(0.1)))["quoteId"]!.ToString();
        var quote = (await rider.QuotesDestination(ride, Away(0.1))).Text("quoteId");

        (await rider.ChangesDestination(ride, Away(0.1), quoteId: ordinary)).ShouldBe(HttpStatusCode.BadRequest);
        (await rider.ChangesDestination(ride, Away(0.2), quoteId: quote)).ShouldBe(HttpStatusCode.BadRequest);
        (await rider.ChangesDestination(ride, Away(0.1), [Away(0.05)], quote)).ShouldBe(HttpStatusCode.BadRequest);
        (await rider.TryRequest(_pickup, Away(0.1), quote)).ShouldBe(HttpStatusCode.BadRequest);
        (await (await lab.City.Rider()).ChangesDestination(ride, Away(0.1), quoteId: quote)).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );

        await lab.Advance(TimeSpan.FromSeconds(121));
        (await rider.ChangesDestination(ride, Away(0.1), quoteId: quote)).ShouldBe(
            HttpStatusCode.Conflict,
            "quote_expired"
        );
        (await rider.ChangesDestination(ride, Away(0.1))).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_repeat_is_accepted_even_after_the_quote_expired()
    {
        var (rider, _, ride) = await Ride();
        var quote = (await rider.QuotesDestination(ride, Away(0.1))).Text("quoteId");
        (await rider.ChangesDestination(ride, Away(0.1), quoteId: quote)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Advance(TimeSpan.FromSeconds(121));

        (await rider.ChangesDestination(ride, Away(0.1), quoteId: quote)).ShouldBe(HttpStatusCode.Accepted);

        (await rider.Get($"rides/{ride}/history"))
            .Body!.ToJsonString()
            .Split("\"DestinationChanged\"")
            .Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_ride_that_has_ended_keeps_its_destination()
    {
        var (rider, _, ride) = await Ride();
        var quote = (await rider.QuotesDestination(ride, Away(0.1))).Text("quoteId");
        await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" });

        (await rider.QuotesDestination(ride, Away(0.1))).ShouldBe(HttpStatusCode.Conflict, "invalid_transition");
        (await rider.ChangesDestination(ride, Away(0.1), quoteId: quote)).ShouldBe(
            HttpStatusCode.Conflict,
            "invalid_transition"
        );
    }

    [Fact]
    public async Task A_ride_with_stops_costs_the_legs_and_shows_them_to_the_driver()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(_pickup));
        var direct = await rider.Quote(_pickup, Away(0.05));
        var trip = new JsonObject
        {
            ["pickup"] = _pickup.DeepClone(),
            ["dropoff"] = Away(0.05),
            ["stops"] = new JsonArray(Away(0.1), Away(0.02)),
        };
        var quote = (await rider.Post("quotes", trip)).ShouldBe(HttpStatusCode.OK);
        ((int)quote.Body!["distanceMeters"]!).ShouldBeGreaterThan(3 * (int)direct["distanceMeters"]!);
        trip["quoteId"] = quote.Text("quoteId");

        var ride = (await rider.Post("rides", trip)).ShouldBe(HttpStatusCode.Created);

        ride.Body!["stops"]!.AsArray().Count.ShouldBe(2);
        var offer = await driver.Offer(ride.Text("id"));
        offer["stops"]!.AsArray().Count.ShouldBe(2);
        (await driver.Post($"offers/{offer["offerId"]}/accept")).Body!["stops"]!.AsArray().Count.ShouldBe(2);
        trip["stops"] = new JsonArray(Away(0.02), Away(0.1));
        (await rider.Post("rides", trip)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""[{"lat":91,"lng":0}]""")]
    [InlineData("[null]")]
    [InlineData(
        """[{"lat":1,"lng":0},{"lat":2,"lng":0},{"lat":1,"lng":0},{"lat":2,"lng":0},{"lat":1,"lng":0},{"lat":2,"lng":0}]"""
    )]
    public async Task Impossible_stops_are_refused(string stops)
    {
        var rider = await lab.City.Rider();
        foreach (var path in new[] { "quotes", "rides" })
        {
            var trip = new JsonObject { ["pickup"] = City.Place(1.5, 0), ["dropoff"] = City.Place(1.6, 0) };
            trip["stops"] = JsonNode.Parse(stops);
            (await rider.Post(path, trip)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        }
    }

    static double Latitude(JsonNode? place) => (double)place!["lat"]!;

    async Task<(Rider Rider, Driver Driver, string Ride)> Ride()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(_pickup));
        var ride = await rider.Request(_pickup, Away(0.05));
        await driver.Accept(await driver.Offer(ride));
        return (rider, driver, ride);
    }
}
