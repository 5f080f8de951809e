using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.TestKit.Scenarios;

/// <summary>
/// Riders and drivers use the REST API. Run against the embedded default in this process, and by the integration tests
/// against the host as a separate process on every database and transport.
/// </summary>
public abstract class RideScenarios
{
    protected abstract City City { get; }

    [Fact]
    public async Task A_ride_is_requested_driven_paid_and_receipted()
    {
        var rider = await City.Rider();
        var driver = await City.DriverAt(Near(1));
        var quote = await rider.Quote(Near(1), Far(1));
        var rideId = await rider.Request(Near(1), Far(1), quote["quoteId"]!.GetValue<string>());
        (await rider.Get($"rides/{rideId}")).ShouldBe(HttpStatusCode.OK);

        await driver.Drives(rideId);
        var paid = await rider.SeesPayment(rideId, "captured");
        paid.Text("status").ShouldBe("completed");
        paid.Body!["fare"]!["amount"]!.GetValue<string>().ShouldBe(quote["fare"]!["amount"]!.GetValue<string>());
        paid.Body!["payment"]!["amount"]!.ToJsonString().ShouldBe(paid.Body!["fare"]!.ToJsonString());

        var receipt = await rider.Until(
            "the receipt",
            $"rides/{rideId}/receipt",
            answer => answer.Status == HttpStatusCode.OK && answer.Text("status") == "paid"
        );
        Sum(receipt.Body!["lines"]!).ShouldBe(decimal.Parse(receipt.Body!["total"]!["amount"]!.GetValue<string>()));

        var history = (await rider.Get($"rides/{rideId}/history")).ShouldBe(HttpStatusCode.OK);
        var events = Items(history).Select(e => e!["event_type"]!.GetValue<string>()).ToList();
        events[0].ShouldBe("RideRequested");
        new[]
        {
            "DriverOffered",
            "DriverAssigned",
            "DriverArrived",
            "RideStarted",
            "RideCompleted",
            "FareFinalized",
            "PaymentCaptured",
        }.ShouldBeSubsetOf(events);
        Items(history).Select(e => e!["stream_version"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, events.Count));
        events.Count(name => name == "PaymentCaptured").ShouldBe(1);
    }

    [Fact]
    public async Task Tolls_that_the_fare_cannot_hold_are_refused_and_others_are_the_drivers_in_full()
    {
        var (rider, driver) = (await City.Rider(), await City.DriverAt(Near(40)));
        var quote = await rider.Quote(Near(40), Far(40));
        var rideId = await rider.Request(Near(40), Far(40), quote["quoteId"]!.GetValue<string>());
        await driver.Accept(await driver.Offer(rideId));
        await driver.Until(
            "the ride",
            $"rides/{rideId}",
            ride => ride.Status == HttpStatusCode.OK && ride.Text("status") == "driverAssigned"
        );
        await driver.Does(rideId, "arrive");
        await driver.Does(rideId, "start");
        static JsonObject Tolls(string amount, string currency) =>
            new()
            {
                ["distanceMeters"] = 6100,
                ["tolls"] = new JsonObject { ["amount"] = amount, ["currency"] = currency },
            };
        foreach (
            var (amount, currency) in new[]
            {
                ("10.00", "USD"),
                ("-1.00", "EUR"),
                ("1.001", "EUR"),
                ("200.01", "EUR"),
                ("99999999999999999999", "EUR"),
            }
        )
            (await driver.Post($"rides/{rideId}/complete", Tolls(amount, currency))).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation_failed"
            );
        await driver.Does(rideId, "complete", Tolls("10.00", "EUR"));

        await rider.SeesPayment(rideId, "captured");
        var earnings = await driver.Until(
            "the earnings",
            "drivers/me/earnings",
            answer => answer.Body?["rides"]?.GetValue<int>() == 1
        );
        var total = earnings.Body!["totals"]![0]!;
        var fare = decimal.Parse(quote["fare"]!["amount"]!.GetValue<string>());
        decimal.Parse(total["fares"]!["amount"]!.GetValue<string>()).ShouldBe(fare + 10);
        decimal.Parse(total["earned"]!["amount"]!.GetValue<string>())
            .ShouldBe(decimal.Round(fare * 0.80m, 2, MidpointRounding.AwayFromZero) + 10);
    }

    [Fact]
    public async Task A_ride_cancelled_for_free_costs_zero_and_not_nothing()
    {
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(41), Far(41));
        (await rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "rain" })).ShouldBe(
            HttpStatusCode.Accepted
        );
        var ride = await rider.Until("the fee", $"rides/{rideId}", answer => answer.Body?["fare"] is not null);
        ride.Body!["fare"]!.ToJsonString().ShouldBe("""{"amount":"0.00","currency":"EUR"}""");
    }

    [Fact]
    public async Task A_declined_offer_goes_to_the_next_nearest_driver()
    {
        var (near, far) = (await City.DriverAt(Near(2)), await City.DriverAt(Near(2, 0.01)));
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(2), Far(2));

        var offer = await near.Offer(rideId);
        (await near.Post($"offers/{offer["offerId"]}/decline", new JsonObject { ["reason"] = "lunch" })).ShouldBe(
            HttpStatusCode.NoContent
        );
        await far.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
    }

    [Fact]
    public async Task An_unanswered_offer_expires_and_the_next_driver_gets_it()
    {
        var (near, far) = (await City.DriverAt(Near(3)), await City.DriverAt(Near(3, 0.01)));
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(3), Far(3));

        var missed = await near.Offer(rideId);
        await far.Accept(await far.Offer(rideId));
        (await near.Post($"offers/{missed["offerId"]}/accept")).ShouldBe(HttpStatusCode.Conflict, "offer_expired");
        await rider.Sees(rideId, "driverAssigned");
    }

    [Fact]
    public async Task A_ride_without_a_driver_ends_at_the_search_deadline()
    {
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(4), Far(4));
        await rider.Sees(rideId, "noDriverFound");
        await rider.Request(Near(4), Far(4)); // and the rider may ask again
    }

    [Fact]
    public async Task A_driver_who_comes_online_later_gets_the_waiting_ride()
    {
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(5), Far(5));
        var driver = await City.DriverAt(Near(5));
        await driver.Accept(await driver.Offer(rideId));
        await rider.Sees(rideId, "driverAssigned");
    }

    [Fact]
    public async Task A_ride_the_driver_releases_goes_to_another_driver()
    {
        var first = await City.DriverAt(Near(6));
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(6), Far(6));
        await first.Accept(await first.Offer(rideId));
        await rider.Sees(rideId, "driverAssigned");

        await first.Does(rideId, "release", new JsonObject { ["reason"] = "flat tyre" });
        var second = await City.DriverAt(Near(6));
        await second.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
        (await first.Get($"rides/{rideId}")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_cancelled_ride_frees_its_driver_and_its_rider()
    {
        var driver = await City.DriverAt(Near(7));
        var rider = await City.Rider();
        var cancelled = await rider.Request(Near(7), Far(7));
        await driver.Accept(await driver.Offer(cancelled));
        await rider.Sees(cancelled, "driverAssigned");

        var reason = new JsonObject { ["reason"] = "changed my mind" };
        (await rider.Post($"rides/{cancelled}/cancel", reason.DeepClone())).ShouldBe(HttpStatusCode.Accepted);
        (await rider.Post($"rides/{cancelled}/cancel", reason.DeepClone())).ShouldBe(HttpStatusCode.Accepted);
        (await rider.Get($"rides/{cancelled}")).Text("status").ShouldBe("cancelled");
        (await driver.Post($"rides/{cancelled}/arrive")).ShouldBe(HttpStatusCode.Conflict, "invalid_transition");

        var next = await rider.Request(Near(7), Far(7));
        await driver.Drives(next);
        await rider.SeesPayment(next, "captured");
        (await rider.Post($"rides/{next}/cancel", reason.DeepClone())).ShouldBe(
            HttpStatusCode.Conflict,
            "ride_not_cancellable"
        );
    }

    [Fact]
    public async Task The_same_request_twice_is_one_ride()
    {
        var rider = await City.Rider();
        var first = (await rider.TryRequest(Near(8), Far(8), idempotencyKey: "same")).ShouldBe(HttpStatusCode.Created);
        var again = (await rider.TryRequest(Near(8), Far(8), idempotencyKey: "same")).ShouldBe(HttpStatusCode.Created);
        again.Body!.ToJsonString().ShouldBe(first.Body!.ToJsonString());
        again.Response.Headers.Location.ShouldBe(first.Response.Headers.Location);
        (await rider.TryRequest(Near(8), Near(9), idempotencyKey: "same")).ShouldBe(
            HttpStatusCode.UnprocessableEntity,
            "idempotency_key_reused"
        );
        (await rider.TryRequest(Near(8), Far(8))).ShouldBe(HttpStatusCode.Conflict, "active_ride_exists");
    }

    [Fact]
    public async Task Ten_requests_at_once_of_one_rider_are_one_ride()
    {
        var rider = await City.Rider();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => rider.TryRequest(Near(9), Far(9))));
        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers
            .Where(answer => answer.Status != HttpStatusCode.Created)
            .ShouldAllBe(a => a.Code == "active_ride_exists");
    }

    [Fact]
    public async Task Steps_out_of_turn_are_refused_with_the_rides_status()
    {
        var driver = await City.DriverAt(Near(10));
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(10), Far(10));
        await driver.Accept(await driver.Offer(rideId));
        await rider.Sees(rideId, "driverAssigned");

        foreach (var tooEarly in new[] { "start", "complete" })
        {
            var refused = await driver.Post($"rides/{rideId}/{tooEarly}");
            refused
                .ShouldBe(HttpStatusCode.Conflict, "invalid_transition")
                .Text("rideStatus")
                .ShouldBe("driverAssigned");
        }
    }

    [Fact]
    public async Task A_ride_can_be_read_as_it_was_after_each_of_its_events()
    {
        var driver = await City.DriverAt(Near(13));
        var rider = await City.Rider();
        var quote = await rider.Quote(Near(13), Far(13));
        var rideId = await rider.Request(Near(13), Far(13), quote["quoteId"]!.GetValue<string>());
        var asItWas = new List<JsonNode> { await AsItsEventsDescribeIt() };
        await driver.Accept(await driver.Offer(rideId));
        await rider.Sees(rideId, "driverAssigned");
        // The last change that no request of this test makes.
        await rider.SeesPayment(rideId, "authorized");
        asItWas.Add(await AsItsEventsDescribeIt());
        foreach (var (action, body) in new[] { ("arrive", null), ("start", null), ("complete", Distance()) })
        {
            await driver.Does(rideId, action, body);
            if (action != "complete")
                asItWas.Add(await AsItsEventsDescribeIt());
        }
        await rider.SeesPayment(rideId, "captured");
        await rider.Post($"rides/{rideId}/rating", new JsonObject { ["stars"] = 5, ["comment"] = "thanks" });
        asItWas.Add(await AsItsEventsDescribeIt());

        // Nothing that came later changes what was.
        foreach (var past in asItWas)
            (await rider.Get($"rides/{rideId}?atVersion={past["version"]}"))
                .ShouldBe(HttpStatusCode.OK)
                .Body!.ToJsonString()
                .ShouldBe(past.ToJsonString());

        var history = Items(await rider.Get($"rides/{rideId}/history"));
        foreach (var happened in history)
        {
            var then = await rider.Get($"rides/{rideId}?asOf={happened!["timestamp"]}");
            then.ShouldBe(HttpStatusCode.OK);
            then.Body!["version"]!
                .GetValue<int>()
                .ShouldBeGreaterThanOrEqualTo(happened["stream_version"]!.GetValue<int>());
        }
        (await rider.Get($"rides/{rideId}?atVersion={history.Count + 1}"))
            .ShouldBe(HttpStatusCode.BadRequest, "version_beyond_end")
            .Text("lastVersion")
            .ShouldBe($"{history.Count}");

        var operations = await City.Operator();
        var difference = await operations.Get(
            $"operations/rides/{rideId}/diff?from=2000-01-01T00:00:00Z&to={history[^1]!["timestamp"]}"
        );
        Change("status")["after"]!.ToString().ShouldBe("completed");
        Change("payment.status")["after"]!.ToString().ShouldBe("captured");
        Change("rating.stars")["before"].ShouldBeNull();

        static JsonObject Distance() => new() { ["distanceMeters"] = 6100 };

        JsonNode Change(string field) =>
            difference.ShouldBe(HttpStatusCode.OK).Body!["changes"]!
                .AsArray()
                .Single(change => change!["field"]!.ToString() == field)!;

        async Task<JsonNode> AsItsEventsDescribeIt()
        {
            var last = Items(await rider.Get($"rides/{rideId}/history"))[^1]!["stream_version"]!;
            var live = (await rider.Get($"rides/{rideId}")).ShouldBe(HttpStatusCode.OK).Body!.AsObject();
            var past = (await rider.Get($"rides/{rideId}?atVersion={last}")).ShouldBe(HttpStatusCode.OK).Body!;
            past["version"]!.ToJsonString().ShouldBe(last.ToJsonString());
            live["version"] = last.DeepClone();
            past.ToJsonString().ShouldBe(live.ToJsonString());
            return past;
        }
    }

    [Fact]
    public async Task Others_can_neither_see_nor_change_a_ride()
    {
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(11), Far(11));
        var (otherRider, otherDriver) = (await City.Rider(), await City.Driver());

        foreach (var path in new[] { "", "?atVersion=1", "/history", "/receipt", "/cancellation-preview", "/events" })
            (await otherRider.Get($"rides/{rideId}{path}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        (await otherRider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "x" })).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );
        (await otherDriver.Post($"rides/{rideId}/start")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        (await otherDriver.Post("rides", new JsonObject { ["pickup"] = Near(11), ["dropoff"] = Far(11) })).ShouldBe(
            HttpStatusCode.Forbidden,
            "forbidden"
        );
        (await otherRider.Get("drivers/me")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await City.Anonymous().Get($"rides/{rideId}")).ShouldBe(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Riders_and_drivers_are_notified_and_operators_see_the_ride_in_the_analytics()
    {
        var driver = await City.DriverAt(Near(12));
        var rider = await City.Rider();
        var rideId = await rider.Request(Near(12), Far(12));
        await driver.Drives(rideId);

        await rider.Until("the notification of the receipt", "riders/me/notifications", HasKind("receiptIssued"));
        var kinds = new List<string>();
        for (var cursor = ""; cursor is not null; )
        {
            var page = await rider.Get($"riders/me/notifications?limit=2&cursor={cursor}");
            kinds.AddRange(Items(page).Select(item => item!["kind"]!.GetValue<string>()));
            cursor = page.Body!["nextCursor"]?.GetValue<string>();
        }
        kinds
            .Order(StringComparer.Ordinal)
            .ShouldBe([
                "driverArrived",
                "driverAssigned",
                "fareFinalized",
                "paymentCaptured",
                "receiptIssued",
                "rideCompleted",
                "rideStarted",
            ]);
        await driver.Until(
            "the offer among the driver's notifications",
            "drivers/me/notifications",
            HasKind("rideOffered")
        );

        var operations = await City.Operator();
        await operations.Until(
            "the ride in the analytics",
            "operations/analytics/summary",
            summary =>
                summary.Body!["rides"]!["byStatus"]!["completed"]!.GetValue<int>() > 0
                && summary.Body!["acceptance"]!["accepted"]!.GetValue<int>() > 0
                && summary.Body!["demand"]!.AsArray().Count > 0
                && summary.Body!["revenue"]!.AsArray().Count > 0
        );
    }

    static Func<Answer, bool> HasKind(string kind) =>
        list => Items(list).Any(item => item!["kind"]!.GetValue<string>() == kind);

    // Scenarios share a city. Each has its own corner, out of the search radius of the others.
    protected static JsonObject Near(int corner, double offset = 0) => City.Place(-60 + corner * 3 + offset, 10);

    protected static JsonObject Far(int corner) => City.Place(-60 + corner * 3, 10.08);

    static JsonArray Items(Answer answer) => answer.Body as JsonArray ?? answer.Body!["items"]!.AsArray();

    static decimal Sum(JsonNode lines) =>
        lines.AsArray().Sum(line => decimal.Parse(line!["amount"]!["amount"]!.GetValue<string>()));
}
