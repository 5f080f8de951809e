using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>Rides that start with a PIN and do not end, in the whole application.</summary>
public sealed class When_a_driver_forgets_to_end_a_ride : IAsyncLifetime
{
    static readonly JsonObject s_p = City.Place(52.52, 13.405);
    static readonly JsonObject s_q = City.Place(52.50, 13.30);

    CityLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await CityLab.Start(("Rides:RequireStartPin", "true"));

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task It_began_with_the_PIN_that_only_its_rider_sees()
    {
        var (rider, driver, ride) = await Arrived();
        var pin = (await rider.Get($"rides/{ride}")).Text("startPin");
        pin.Length.ShouldBe(4);
        var operations = await _lab.City.Operator();
        foreach (var other in new Person[] { driver, operations })
            (await other.Get($"rides/{ride}")).ShouldBe(HttpStatusCode.OK).Body!["startPin"].ShouldBeNull();
        (await rider.Get($"rides/{ride}?atVersion=1")).Body!["startPin"].ShouldBeNull();
        (await rider.Get($"rides/{ride}/history")).Body!.ToJsonString().ShouldNotContain($"\"{pin}\"");

        // A refusal is not kept, so each request with a wrong PIN counts, and the right one may have the same key.
        var wrong = Pin(pin == "0000" ? "0001" : "0000");
        (await Start(wrong, "key")).ShouldBe(HttpStatusCode.Conflict, "wrong_pin").Text("attemptsLeft").ShouldBe("4");
        (await Start(wrong, "key")).ShouldBe(HttpStatusCode.Conflict, "wrong_pin").Text("attemptsLeft").ShouldBe("3");
        (await Start(Pin(pin == "1111" ? "0001" : "1111"), "key")).Text("attemptsLeft").ShouldBe("2");
        (await Start(null, "key")).ShouldBe(HttpStatusCode.Conflict, "wrong_pin").Text("attemptsLeft").ShouldBe("2");
        (await Start(Pin("12"), null)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        (await Start(Pin(pin), "key")).ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("inProgress");
        (await rider.Get($"rides/{ride}")).Body!["startPin"].ShouldBeNull();

        Task<Answer> Start(JsonObject? body, string? key) => driver.Post($"rides/{ride}/start", body, key);
    }

    [Fact]
    public async Task After_five_wrong_PINs_an_operator_helps()
    {
        var (rider, driver, ride) = await Arrived();
        var pin = (await rider.Get($"rides/{ride}")).Text("startPin");
        for (var guess = 0; guess < 5; guess++)
            (await driver.Post($"rides/{ride}/start", Pin(pin == "0000" ? "0001" : "0000"))).ShouldBe(
                HttpStatusCode.Conflict,
                "wrong_pin"
            );
        (await driver.Post($"rides/{ride}/start", Pin(pin))).ShouldBe(HttpStatusCode.Conflict, "pin_locked");

        var operations = await _lab.City.Operator();
        var reassigned = await operations.Post(
            $"operations/rides/{ride}/reassign",
            new JsonObject { ["reason"] = "guesses PINs" }
        );
        reassigned.ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("requested");
        (await driver.Get($"rides/{ride}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        await _lab.Advance(TimeSpan.FromSeconds(30));
        (await driver.Get("drivers/me/offers")).Body!["items"]!.AsArray().ShouldBeEmpty();
        var audited = (await operations.Get("operations/audit?limit=10")).Body!["items"]!.AsArray();
        audited.ShouldContain(row =>
            row!["action"]!.ToString() == "reassign-ride" && row["reason"]!.ToString() == "guesses PINs"
        );
        var texts = (await rider.Get("riders/me/notifications")).Body!["items"]!.AsArray();
        texts.ShouldContain(row => row!["kind"]!.ToString() == "searchingAgain");
        texts.ShouldNotContain(row => row!["text"]!.ToString().Contains("cannot come"));
    }

    [Fact]
    public async Task Its_rider_ends_it_and_pays_the_estimate()
    {
        var (rider, driver, ride) = await Aboard();
        var early = await rider.Post($"rides/{ride}/end");
        early.ShouldBe(HttpStatusCode.Conflict, "end_too_early").Body!["possibleAt"].ShouldNotBeNull();
        await _lab.Advance(TimeSpan.FromHours(1.5));

        (await (await _lab.City.Rider()).Post($"rides/{ride}/end")).ShouldBe(HttpStatusCode.NotFound);
        var ended = await rider.Post($"rides/{ride}/end");
        ended.ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("completed");
        ended.Body!["completion"]!["by"]!.ToString().ShouldBe("rider");
        (await rider.Post($"rides/{ride}/end")).ShouldBe(HttpStatusCode.Accepted);
        (await driver.Get("drivers/me")).Text("availability").ShouldNotBe("onTrip");

        var paid = await rider.SeesPayment(ride, "captured");
        paid.Body!["flags"]!.AsArray().Select(flag => flag!["code"]!.ToString()).ShouldBe(["endedByRider"]);
        var receipt = (await rider.Get($"rides/{ride}/receipt")).ShouldBe(HttpStatusCode.OK);
        receipt.Body!["lines"]!.AsArray().Single(line => line!["code"]!.ToString() == "distance")!["description"]!
            .ToString()
            .ShouldContain("estimated");
    }

    [Fact]
    public async Task Operators_are_asked_to_look_at_it_once_for_each_cause()
    {
        var (_, driver, ride) = await Aboard();
        var watch = _lab.Services.GetRequiredService<WatchRides>();
        await _lab.Advance(TimeSpan.FromMinutes(20));
        (await watch.Check(Stop)).ShouldBe(0);
        await Report(driver, 1);
        await _lab.Advance(TimeSpan.FromMinutes(20));
        (await watch.Check(Stop)).ShouldBe(0);
        (await Stuck()).ShouldBeEmpty();

        await _lab.Advance(TimeSpan.FromMinutes(11));
        (await watch.Check(Stop)).ShouldBe(1);
        await _lab.Settle();
        (await watch.Check(Stop)).ShouldBe(0);
        (await Stuck()).ShouldBe([ride]);
        (await Flags(ride)).ShouldBe(["driverSilent"]);

        // The driver never ends the ride, and the timer says so.
        await _lab.Advance(TimeSpan.FromHours(3.5));
        (await Flags(ride)).ShouldBe(["driverSilent", "rideOverdue"]);
        (await Stuck()).ShouldBe([ride]);
        (await watch.Check(Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task A_ride_that_an_earlier_version_started_is_found_without_a_timer()
    {
        var (_, driver, ride) = await Aboard();
        await using (var scope = _lab.Services.CreateAsyncScope())
            await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Set<Ride>()
                .Where(row => row.CorrelationId == Guid.Parse(ride))
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.OverdueAt, (DateTimeOffset?)null)
                            .SetProperty(row => row.OverdueTokenId, (Guid?)null)
                            .SetProperty(row => row.TripSeconds, (int?)null)
                            .SetProperty(row => row.StartedAt, _lab.Now.AddHours(-5)),
                    Stop
                );
        await Report(driver, 1);

        (await Stuck()).ShouldBe([ride]);
        (await _lab.Services.GetRequiredService<WatchRides>().Check(Stop)).ShouldBe(1);
        await _lab.Settle();
        (await Flags(ride)).ShouldBe(["rideOverdue"]);
        await driver.Does(ride, "complete");
    }

    async Task<IEnumerable<string>> Stuck() =>
        (await (await _lab.City.Operator()).Get("operations/rides?stuck=true")).Body!["items"]!
            .AsArray()
            .Select(ride => ride!["id"]!.ToString());

    async Task<IEnumerable<string>> Flags(string ride) =>
        (await (await _lab.City.Operator()).Get($"rides/{ride}")).Body!["flags"]!
            .AsArray()
            .Select(flag => flag!["code"]!.ToString());

    static Task<Answer> Report(Driver driver, int sequence)
    {
        var report = s_p.DeepClone().AsObject();
        report["sequence"] = sequence;
        return driver.Put("drivers/me/location", report);
    }

    async Task<(Rider Rider, Driver Driver, string Ride)> Aboard()
    {
        var (rider, driver, ride) = await Arrived();
        await driver.Does(ride, "start", Pin((await rider.Get($"rides/{ride}")).Text("startPin")));
        return (rider, driver, ride);
    }

    async Task<(Rider Rider, Driver Driver, string Ride)> Arrived()
    {
        var driver = await _lab.City.DriverAt(s_p);
        var rider = await _lab.City.Rider();
        var ride = await rider.Request(s_p.DeepClone().AsObject(), s_q.DeepClone().AsObject());
        await driver.Accept(await driver.Offer(ride));
        await _lab.Settle();
        await driver.Does(ride, "arrive");
        return (rider, driver, ride);
    }

    static JsonObject Pin(string pin) => new() { ["pin"] = pin };
}
