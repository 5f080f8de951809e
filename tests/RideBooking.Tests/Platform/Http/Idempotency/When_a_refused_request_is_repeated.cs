using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Http.Idempotency;

/// <summary>A refusal is not final: the same request under the same key is evaluated again.</summary>
public sealed class When_a_refused_request_is_repeated(CityLab lab) : IClassFixture<CityLab>
{
    static readonly JsonObject s_reason = new() { ["reason"] = "changed my mind" };

    [Fact]
    public async Task A_no_show_that_was_too_early_is_accepted_later()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Accept(await driver.Offer(ride));
        await rider.Sees(ride, "driverAssigned");
        await driver.Does(ride, "arrive");

        Task<Answer> Report() => driver.Post($"rides/{ride}/no-show", idempotencyKey: "no-show");
        (await Report()).ShouldBe(HttpStatusCode.Conflict, "no_show_too_early");
        (await Report()).ShouldBe(HttpStatusCode.Conflict, "no_show_too_early");
        await lab.Advance(TimeSpan.FromMinutes(6));
        await driver.Put(
            "drivers/me/location",
            new JsonObject
            {
                ["lat"] = 52.5219,
                ["lng"] = 13.4132,
                ["sequence"] = 1,
            }
        );

        var accepted = (await Report()).ShouldBe(HttpStatusCode.Accepted);
        var repeat = (await Report()).ShouldBe(HttpStatusCode.Accepted);
        repeat.Response.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        repeat.Body!.ToJsonString().ShouldBe(accepted.Body!.ToJsonString());
    }

    [Fact]
    public async Task A_ride_is_booked_once_the_other_one_has_ended()
    {
        var rider = await lab.City.Rider();
        var first = await rider.Request(City.Alexanderplatz, City.Zoo);
        Task<Answer> Book() => rider.TryRequest(City.Zoo, City.Alexanderplatz, idempotencyKey: "second");
        (await Book()).ShouldBe(HttpStatusCode.Conflict, "active_ride_exists");
        (await rider.Post($"rides/{first}/cancel", s_reason.DeepClone())).ShouldBe(HttpStatusCode.Accepted);

        var booked = (await Book()).ShouldBe(HttpStatusCode.Created).Text("id");
        booked.ShouldNotBe(first);
        (await Book()).ShouldBe(HttpStatusCode.Created).Text("id").ShouldBe(booked);
    }

    [Fact]
    public async Task A_step_that_came_too_early_is_accepted_later()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Zoo));
        var ride = await rider.Request(City.Zoo, City.Alexanderplatz);
        await driver.Accept(await driver.Offer(ride));
        await rider.Sees(ride, "driverAssigned");

        (await driver.Post($"rides/{ride}/start", idempotencyKey: "start")).ShouldBe(
            HttpStatusCode.Conflict,
            "invalid_transition"
        );
        await driver.Does(ride, "arrive");
        (await driver.Post($"rides/{ride}/start", idempotencyKey: "start")).ShouldBe(HttpStatusCode.Accepted);
        await rider.Sees(ride, "inProgress");
    }
}
