using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Rides;

public sealed class When_an_operator_ends_a_ride_over_HTTP(ImmediateNoShowHost host)
    : IClassFixture<ImmediateNoShowHost>
{
    static readonly JsonObject s_why = new() { ["reason"] = "the driver's phone is broken" };

    [Fact]
    public async Task A_completed_ride_is_paid_and_its_driver_is_free_and_earns()
    {
        var (rider, driver, ride) = await InProgress(30);
        var operations = await host.City.Operator();

        var done = await operations.Post($"operations/rides/{ride}/force-complete", s_why.DeepClone());
        done.ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("completed");
        done.Body!["completion"]!["by"]!.ToString().ShouldBe("operator");
        done.Body["completion"]!["reason"]!.ToString().ShouldBe("the driver's phone is broken");

        await rider.SeesPayment(ride, "captured");
        await driver.Until("the driver to be free", "drivers/me", me => me.Text("availability") == "available");
        await driver.Until("the earning", "drivers/me/earnings", earnings => earnings.Text("rides") == "1");
        (await operations.Post($"operations/rides/{ride}/force-complete", s_why.DeepClone())).ShouldBe(
            HttpStatusCode.Accepted
        );
        (await Audited(operations, ride)).ShouldBe([("force-complete-ride", "the driver's phone is broken")]);
    }

    [Fact]
    public async Task A_cancelled_ride_costs_nothing_and_frees_rider_and_driver()
    {
        var (rider, driver, ride) = await InProgress(31);
        var operations = await host.City.Operator();

        var cancelled = await operations.Post($"operations/rides/{ride}/force-cancel", s_why.DeepClone());
        cancelled.ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("cancelled");
        cancelled.Body!["cancellation"]!["by"]!.ToString().ShouldBe("operator");
        (await operations.Post($"operations/rides/{ride}/force-cancel", s_why.DeepClone())).ShouldBe(
            HttpStatusCode.Accepted
        );
        (await Audited(operations, ride)).ShouldBe([("force-cancel-ride", "the driver's phone is broken")]);

        var receipt = await rider.Until(
            "the receipt",
            $"rides/{ride}/receipt",
            answer => answer.Status == HttpStatusCode.OK
        );
        receipt.Body!["total"]!["amount"]!.ToString().ShouldBe("0.00");
        await driver.Until("the driver to be free", "drivers/me", me => me.Text("availability") == "available");
        await rider.Request(City.Place(31.5, 8.5), City.Place(31.55, 8.5));
        (await driver.Post($"rides/{ride}/complete")).ShouldBe(HttpStatusCode.Conflict, "invalid_transition");
    }

    [Fact]
    public async Task An_impossible_end_is_refused_and_not_audited()
    {
        var (rider, operations) = (await host.City.Rider(), await host.City.Operator());
        var ride = await rider.Request(City.Place(32, 8.5), City.Place(32.05, 8.5));

        var early = await operations.Post($"operations/rides/{ride}/force-complete", s_why.DeepClone());
        early.ShouldBe(HttpStatusCode.Conflict, "invalid_transition").Text("rideStatus").ShouldBe("requested");
        (await rider.Post($"operations/rides/{ride}/force-cancel", s_why.DeepClone())).ShouldBe(
            HttpStatusCode.Forbidden,
            "forbidden"
        );
        var unknown = $"operations/rides/{Guid.CreateVersion7()}/force-cancel";
        (await operations.Post(unknown, s_why.DeepClone())).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        foreach (var bad in new[] { """{"reason":" "}""", """{"reason":""}""", "{}" })
            (await operations.PostRaw($"operations/rides/{ride}/force-cancel", bad)).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation_failed"
            );
        (
            await operations.PostRaw(
                $"operations/rides/{ride}/force-complete",
                """{"reason":"x","distanceMeters":-1}"""
            )
        ).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");

        await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        (await operations.Post($"operations/rides/{ride}/force-cancel", s_why.DeepClone())).ShouldBe(
            HttpStatusCode.Conflict,
            "invalid_transition"
        );
        (await Audited(operations, ride)).ShouldBeEmpty();
    }

    async Task<(Rider Rider, Driver Driver, string Ride)> InProgress(double lat)
    {
        var driver = await host.City.DriverAt(City.Place(lat, 8.5));
        var rider = await host.City.Rider();
        var ride = await rider.Request(City.Place(lat, 8.5), City.Place(lat + 0.05, 8.5));
        await driver.Accept(await driver.Offer(ride));
        await driver.Until(
            "the ride to be the driver's",
            $"rides/{ride}",
            seen => seen.Status == HttpStatusCode.OK && seen.Text("status") == "driverAssigned"
        );
        await driver.Does(ride, "arrive");
        await driver.Does(ride, "start");
        return (rider, driver, ride);
    }

    static async Task<IEnumerable<(string, string)>> Audited(Person operations, string ride) =>
        (await operations.Get("operations/audit?limit=100")).Body!["items"]!
            .AsArray()
            .Where(entry => entry!["rideId"]?.ToString() == ride)
            .Select(entry => (entry!["action"]!.ToString(), entry["reason"]!.ToString()));
}
