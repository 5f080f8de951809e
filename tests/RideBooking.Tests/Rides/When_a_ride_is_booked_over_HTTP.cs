using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Recovery;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>Rides that are booked ahead in the whole application, over HTTP.</summary>
public sealed class When_a_ride_is_booked_over_HTTP(CityLab lab) : IClassFixture<CityLab>
{
    // Ten minutes, and five as the estimate of the pickup.
    static readonly TimeSpan s_searchAhead = TimeSpan.FromMinutes(15);

    readonly JsonObject _pickup = City.Place(40 + Random.Shared.NextDouble() * 10, 5 + Random.Shared.NextDouble() * 10);

    JsonObject Dropoff => City.Place((double)_pickup["lat"]! + 0.05, (double)_pickup["lng"]!);

    [Fact]
    public async Task A_driver_is_searched_for_shortly_before_and_the_quote_is_honoured()
    {
        var rider = await lab.City.Rider();
        var quote = await rider.Quote(_pickup, Dropoff);
        var pickupAt = lab.Now.AddHours(2);
        var booked = (await Book(rider, pickupAt, quote["quoteId"]!.ToString())).ShouldBe(HttpStatusCode.Created);
        var ride = booked.Text("id");
        (booked.Text("status"), booked.Text("pickupAt")[..16]).ShouldBe(("requested", Instant.Format(pickupAt)[..16]));
        (await rider.Get("rides")).Body!["items"]![0]!["pickupAt"].ShouldNotBeNull();
        (await rider.Get($"rides/{ride}/cancellation-preview")).Text("free").ShouldBe("true");

        await lab.Advance(pickupAt - s_searchAhead - lab.Now - TimeSpan.FromSeconds(30));
        var driver = await lab.City.DriverAt(_pickup);
        await lab.Settle();
        (await driver.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldBeEmpty();

        await lab.Advance(TimeSpan.FromSeconds(30));
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
        (await rider.Get($"rides/{ride}/receipt")).Body!["lines"]![0]!["amount"]!
            .ToJsonString()
            .ShouldBe(quote["fare"]!.ToJsonString());
        (await rider.Get($"rides/{ride}/history")).Body!.ToJsonString().ShouldContain("RideSearchStarted");
    }

    [Fact]
    public async Task It_blocks_no_immediate_ride_before_its_search_and_one_after()
    {
        var rider = await lab.City.Rider();
        var pickupAt = lab.Now.AddHours(1);
        (await Book(rider, pickupAt)).ShouldBe(HttpStatusCode.Created);
        (await Book(rider, pickupAt.AddHours(1))).ShouldBe(HttpStatusCode.Created);

        var now = await rider.Request(_pickup, Dropoff);
        (await rider.TryRequest(_pickup, Dropoff)).ShouldBe(HttpStatusCode.Conflict, "active_ride_exists");
        await rider.Post($"rides/{now}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        await lab.Advance(pickupAt - s_searchAhead - lab.Now);

        (await rider.TryRequest(_pickup, Dropoff)).ShouldBe(HttpStatusCode.Conflict, "active_ride_exists");
    }

    [Fact]
    public async Task Its_search_starts_although_the_rider_has_another_ride()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(_pickup));
        var pickupAt = lab.Now.AddMinutes(30);
        var booked = (await Book(rider, pickupAt)).ShouldBe(HttpStatusCode.Created).Text("id");
        var now = await rider.Request(_pickup, Dropoff);
        await driver.Accept(await driver.Offer(now));

        await lab.Advance(pickupAt - s_searchAhead - lab.Now);
        var other = await lab.City.DriverAt(_pickup);
        await other.Accept(await other.Offer(booked));

        await rider.Sees(booked, "driverAssigned");
        await rider.Sees(now, "driverAssigned");
    }

    [Fact]
    public async Task A_ride_that_is_cancelled_before_is_never_searched_for()
    {
        var rider = await lab.City.Rider();
        var pickupAt = lab.Now.AddHours(1);
        var ride = (await Book(rider, pickupAt)).Text("id");
        (await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "ill" })).ShouldBe(
            HttpStatusCode.Accepted
        );

        await lab.Advance(TimeSpan.FromHours(1));

        (await rider.Get($"rides/{ride}")).Text("status").ShouldBe("cancelled");
        (await rider.Get($"rides/{ride}/history")).Body!.ToJsonString().ShouldNotContain("RideSearchStarted");
    }

    [Fact]
    public async Task A_lost_timer_is_set_again()
    {
        var rider = await lab.City.Rider();
        (await Book(rider, lab.Now.AddDays(3))).ShouldBe(HttpStatusCode.Created);
        await using var scope = lab.Services.CreateAsyncScope();

        var resumed = await scope
            .ServiceProvider.GetServices<IRecoverableWork>()
            .Single(work => work.Name == "rides that are booked ahead")
            .Republish(TestContext.Current.CancellationToken);

        resumed.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task It_is_not_stuck_while_it_waits_for_its_search()
    {
        var rider = await lab.City.Rider();
        var ride = (await Book(rider, lab.Now.AddDays(3))).ShouldBe(HttpStatusCode.Created).Text("id");

        await lab.Advance(TimeSpan.FromHours(3));

        (await (await lab.City.Operator()).Get("operations/rides?stuck=true"))
            .Body!.ToJsonString()
            .ShouldNotContain(ride);
    }

    [Fact]
    public async Task The_time_and_the_number_are_limited()
    {
        var rider = await lab.City.Rider();
        (await Book(rider, lab.Now.AddMinutes(14))).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        (await Book(rider, lab.Now.AddDays(31))).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        for (var number = 0; number < 10; number++)
            (await Book(rider, lab.Now.AddDays(20))).ShouldBe(HttpStatusCode.Created);
        (await Book(rider, lab.Now.AddDays(20))).ShouldBe(HttpStatusCode.Conflict, "too_many_booked_rides");
    }

    Task<Answer> Book(Rider rider, DateTimeOffset pickupAt, string? quoteId = null)
    {
        var body = new JsonObject
        {
            ["pickup"] = _pickup.DeepClone(),
            ["dropoff"] = Dropoff,
            ["pickupAt"] = Instant.Format(pickupAt),
        };
        if (quoteId is not null)
            body["quoteId"] = quoteId;
        return rider.Post("rides", body);
    }
}
