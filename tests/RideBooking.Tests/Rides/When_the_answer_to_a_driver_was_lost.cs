using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>The command was carried out, its answer was lost, and the driver's app repeats it with the same key.</summary>
public sealed class When_the_answer_to_a_driver_was_lost(ForgetfulHost host) : IClassFixture<ForgetfulHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_repeat_is_accepted_although_the_ride_has_moved_on()
    {
        var (ride, driver) = await Assigned();
        (await driver.Post($"rides/{ride}/arrive", idempotencyKey: "arrive")).ShouldBe(HttpStatusCode.Accepted);
        (await driver.Post($"rides/{ride}/start", idempotencyKey: "start")).ShouldBe(HttpStatusCode.Accepted);
        await host.LoseAnswers(Stop);

        var repeat = (await driver.Post($"rides/{ride}/arrive", idempotencyKey: "arrive")).ShouldBe(
            HttpStatusCode.Accepted
        );

        repeat.Text("status").ShouldBe("inProgress");
        (await driver.Post($"rides/{ride}/arrive")).ShouldBe(HttpStatusCode.Conflict, "invalid_transition");
        await driver.Does(ride, "complete");
    }

    [Fact]
    public async Task The_repeat_of_a_release_is_accepted_although_the_ride_is_no_longer_the_driver_s()
    {
        // The ride goes on without a driver, and must not be offered to another test's.
        var (ride, driver) = await Assigned(City.Place(48.14, 11.56), City.Place(48.16, 11.58));
        var reason = new JsonObject { ["reason"] = "flat tyre" };
        (await driver.Post($"rides/{ride}/release", reason, "release")).ShouldBe(HttpStatusCode.Accepted);
        await driver.Delete("drivers/me/shift");
        await host.LoseAnswers(Stop);

        (await driver.Post($"rides/{ride}/release", reason, "release")).ShouldBe(HttpStatusCode.Accepted);
        (await driver.Post($"rides/{ride}/release", reason)).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
    }

    Task<(string Ride, Driver Driver)> Assigned() => Assigned(City.Alexanderplatz, City.Zoo);

    async Task<(string Ride, Driver Driver)> Assigned(JsonObject from, JsonObject to)
    {
        var city = host.City;
        var driver = await city.DriverAt(from);
        var ride = await (await city.Rider()).Request(from, to);
        await driver.Accept(await driver.Offer(ride));
        return (ride, driver);
    }
}
