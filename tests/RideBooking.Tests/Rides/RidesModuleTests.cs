using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>
/// The API of rides on the whole embedded application. The test itself publishes Matching's event for an assignment, so that
/// no test depends on offers.
/// </summary>
public sealed class RidesModuleTests(RidesModuleTests.Host host) : IClassFixture<RidesModuleTests.Host>
{
    static readonly JsonObject Here = City.Place(52.5219, 13.4132);
    static readonly JsonObject There = City.Place(52.5072, 13.3325);
    static readonly JsonObject Why = new() { ["reason"] = "changed my mind" };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_answers_with_the_ride_and_where_it_is()
    {
        var rider = await SignIn("rider");
        var made = (await rider.Post("rides", Trip())).ShouldBe(HttpStatusCode.Created);

        var id = made.Text("id");
        made.Response.Headers.Location!.ToString().ShouldBe($"/api/v1/rides/{id}");
        made.Text("status").ShouldBe("requested");
        made.Text("riderId").ShouldBe(rider.Id);
        made.Text("vehicleClass").ShouldBe("standard");
        made.Body!["payment"]!["status"]!.ToString().ShouldBe("none");
        made.Body["timestamps"]!["requested"].ShouldNotBeNull();
        made.Body["version"]!.GetValue<int>().ShouldBe(1);
        (await rider.Get($"rides/{id}")).Body!.ToJsonString().ShouldBe(made.Body.ToJsonString());
    }

    [Fact]
    public async Task A_ride_is_not_sent_again_while_it_has_not_changed()
    {
        var rider = await SignIn("rider");
        var id = await rider.Rides();
        var first = await rider.Get($"rides/{id}");
        first.Response.Headers.ETag!.Tag.ShouldBe("\"1\"");

        (await rider.GetIfNot(first.Response.Headers.ETag, $"rides/{id}")).StatusCode.ShouldBe(
            HttpStatusCode.NotModified
        );
        await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        var changed = await rider.GetIfNot(first.Response.Headers.ETag, $"rides/{id}");
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        // The cancellation, and then the fee.
        changed.Headers.ETag!.Tag.ShouldBe("\"3\"");
    }

    [Theory]
    [InlineData("asOf=rubbish", HttpStatusCode.BadRequest, "validation_failed")]
    [InlineData("asOf=2026-01-10T10:10:00", HttpStatusCode.BadRequest, "validation_failed")]
    [InlineData("asOf=9999-01-10T10:10:00Z", HttpStatusCode.BadRequest, "instant_in_future")]
    [InlineData("asOf=2000-01-10T10:10:00Z", HttpStatusCode.NotFound, "ride_not_found")]
    [InlineData("asOf=2000-01-10T10:10:00Z&atVersion=1", HttpStatusCode.BadRequest, "validation_failed")]
    [InlineData("atVersion=one", HttpStatusCode.BadRequest, "validation_failed")]
    [InlineData("atVersion=0", HttpStatusCode.BadRequest, "validation_failed")]
    [InlineData("atVersion=99", HttpStatusCode.BadRequest, "version_beyond_end")]
    public async Task A_past_that_a_ride_does_not_have_is_refused(string query, HttpStatusCode status, string code)
    {
        var rider = await SignIn("rider");
        var id = await rider.Rides();
        (await rider.Get($"rides/{id}?{query}")).ShouldBe(status, code);
    }

    [Fact]
    public async Task A_past_ride_is_not_sent_again()
    {
        var rider = await SignIn("rider");
        var id = await rider.Rides();
        await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        var past = (await rider.Get($"rides/{id}?atVersion=1")).ShouldBe(HttpStatusCode.OK);
        past.Text("status").ShouldBe("requested");
        past.Response.Headers.ETag!.Tag.ShouldBe("\"past-1\"");
        (await rider.GetIfNot(past.Response.Headers.ETag, $"rides/{id}?atVersion=1")).StatusCode.ShouldBe(
            HttpStatusCode.NotModified
        );
    }

    [Fact]
    public async Task An_operator_compares_a_ride_only_forwards_in_the_past()
    {
        var operations = await SignIn("operator");
        var id = await (await SignIn("rider")).Rides();
        const string Early = "2000-01-10T10:10:00Z";
        const string Late = "9999-01-10T10:10:00Z";
        (await operations.Get($"operations/rides/{id}/diff?from={Early}&to={Late}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "instant_in_future"
        );
        (await operations.Get($"operations/rides/{id}/diff?from={Early}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        (await operations.Get($"operations/rides/{id}/diff?from=2001-01-01T00:00:00Z&to={Early}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        (await operations.Get($"operations/rides/{Guid.Empty}/diff?from={Early}&to={Early}")).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );
    }

    [Theory]
    [InlineData("""{"pickup":{"lat":91,"lng":0},"dropoff":{"lat":0,"lng":0}}""", "pickup.lat")]
    [InlineData("""{"pickup":{"lat":0,"lng":0},"dropoff":{"lat":0,"lng":181}}""", "dropoff.lng")]
    [InlineData("""{"pickup":{"lat":1,"lng":1},"dropoff":{"lat":1,"lng":1}}""", "dropoff")]
    [InlineData("""{"dropoff":{"lat":1,"lng":1}}""", "pickup")]
    [InlineData("""{"pickup":{"lat":1,"lng":1},"dropoff":{"lat":2,"lng":1},"vehicleClass":"a b"}""", "vehicleClass")]
    [InlineData("""{"pickup":{"lat":1,"lng":1},"dropoff":{"lat":2,"lng":1},"quoteId":"nonsense"}""", "quoteId")]
    public async Task An_invalid_request_is_refused_by_its_field(string body, string field)
    {
        var rider = await SignIn("rider");
        var refused = (await rider.PostRaw("rides", body)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        refused.Body!["errors"]!.AsObject().Select(error => error.Key).ShouldBe([field]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"pickup":"here","dropoff":"there"}""")]
    [InlineData("""{"pickup":{"lat":1,"lng":1},"dropoff":{"lat":2,"lng":1},"paymentMethodId":"x"}""")]
    public async Task A_request_that_cannot_be_read_is_refused(string body) =>
        (await (await SignIn("rider")).PostRaw("rides", body)).ShouldBe(HttpStatusCode.BadRequest, "malformed_request");

    [Fact]
    public async Task A_quote_is_honoured_for_its_rider_and_trip()
    {
        var (rider, other) = (await SignIn("rider"), await SignIn("rider"));
        var quote = (await rider.Post("quotes", Trip())).ShouldBe(HttpStatusCode.OK);
        var token = quote.Text("quoteId");

        (await other.Post("rides", Trip(token))).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        (await rider.Post("rides", Trip(token, to: City.Place(52.6, 13.4)))).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        var ride = (await rider.Post("rides", Trip(token))).ShouldBe(HttpStatusCode.Created);
        ride.Body!["quote"]!["fare"]!.ToJsonString().ShouldBe(quote.Body!["fare"]!.ToJsonString());
        ride.Body["fare"].ShouldBeNull();
    }

    [Fact]
    public async Task An_expired_quote_is_refused()
    {
        var rider = await SignIn("rider");
        var quote = new SignedQuote(
            Guid.CreateVersion7(),
            rider.Id,
            new Place(52.5219, 13.4132),
            new Place(52.5072, 13.3325),
            "standard",
            new Money(12m, "EUR"),
            6000,
            900,
            DateTimeOffset.UnixEpoch
        );
        var token = host.Services.GetRequiredService<QuoteTokens>().Sign(quote);
        (await rider.Post("rides", Trip(token))).ShouldBe(HttpStatusCode.Conflict, "quote_expired");
    }

    [Fact]
    public async Task A_ride_is_paid_with_a_method_of_its_rider_or_refused()
    {
        var (rider, other) = (await SignIn("rider"), await SignIn("rider"));
        var card = new JsonObject { ["token"] = "tok_visa" };
        var mine = (await rider.Post("riders/me/payment-methods", card.DeepClone())).Text("id");
        var theirs = (await other.Post("riders/me/payment-methods", card.DeepClone())).Text("id");

        string Body(string method)
        {
            var trip = Trip();
            trip["paymentMethodId"] = method;
            return trip.ToJsonString();
        }
        // The same answer for all, so that callers cannot find out which ids exist.
        List<string> answers = [];
        foreach (var method in new[] { theirs, Guid.CreateVersion7().ToString(), Guid.Empty.ToString() })
        {
            var refused = await rider.PostRaw("rides", Body(method));
            refused.ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
            answers.Add(refused.Body!["errors"]!.ToJsonString());
        }
        answers.Distinct().ShouldHaveSingleItem().ShouldContain("paymentMethodId");
        (await rider.PostRaw("rides", Body(mine)))
            .ShouldBe(HttpStatusCode.Created)
            .Text("paymentMethodId")
            .ShouldBe(mine);
    }

    [Fact]
    public async Task A_rider_has_one_ride_at_a_time()
    {
        var rider = await SignIn("rider");
        var id = await rider.Rides();
        (await rider.Post("rides", Trip()))
            .ShouldBe(HttpStatusCode.Conflict, "active_ride_exists")
            .Text("rideId")
            .ShouldBe(id);
        await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        (await rider.Post("rides", Trip())).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Of_many_requests_at_once_one_becomes_a_ride()
    {
        var rider = await SignIn("rider");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rider.Post("rides", Trip())));
        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.Code == "active_ride_exists").ShouldBe(7);
    }

    [Fact]
    public async Task A_repeat_of_a_request_is_the_same_ride()
    {
        var rider = await SignIn("rider");
        var first = await rider.Post("rides", Trip(), idempotencyKey: "k1");
        var again = await rider.Post("rides", Trip(), idempotencyKey: "k1");
        again.ShouldBe(HttpStatusCode.Created).Text("id").ShouldBe(first.Text("id"));
    }

    [Fact]
    public async Task A_rider_with_a_debt_cannot_ride_until_it_is_paid()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        await AssignDriver(rider, id, driver);
        await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        await Publish(
            new BalanceOutstanding(Guid.Parse(id), rider.Id, new Money(7.5m, "EUR"), DateTimeOffset.UnixEpoch)
        );
        await rider.SeesPayment(id, "outstanding");

        var refused = (await rider.Post("rides", Trip())).ShouldBe(HttpStatusCode.Conflict, "outstanding_balance");
        refused.Body!["amount"]!.ToJsonString().ShouldBe("""{"amount":"7.50","currency":"EUR"}""");

        await Publish(
            new BalanceSettled(
                Guid.Parse(id),
                rider.Id,
                Guid.CreateVersion7(),
                new Money(7.5m, "EUR"),
                DateTimeOffset.UnixEpoch
            )
        );
        await rider.SeesPayment(id, "captured");
        (await rider.Post("rides", Trip())).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_driver_takes_the_ride_through_its_steps_in_order()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        (await driver.Get($"rides/{id}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        await AssignDriver(rider, id, driver);
        (await driver.Get($"rides/{id}")).ShouldBe(HttpStatusCode.OK).Text("driverId").ShouldBe(driver.Id);

        await Refused(driver, id, "start", "driverAssigned");
        await Refused(driver, id, "no-show", "driverAssigned");
        (await driver.Post($"rides/{id}/arrive"))
            .ShouldBe(HttpStatusCode.Accepted)
            .Text("status")
            .ShouldBe("driverArrived");
        await Refused(driver, id, "arrive", "driverArrived");
        (await driver.Post($"rides/{id}/no-show"))
            .ShouldBe(HttpStatusCode.Conflict, "no_show_too_early")
            .Body!["possibleAt"]
            .ShouldNotBeNull();
        await Refused(driver, id, "complete", "driverArrived");
        (await driver.Post($"rides/{id}/start"))
            .ShouldBe(HttpStatusCode.Accepted)
            .Text("status")
            .ShouldBe("inProgress");
        (await rider.Post($"rides/{id}/cancel", Why.DeepClone())).ShouldBe(
            HttpStatusCode.Conflict,
            "ride_not_cancellable"
        );
        (await rider.Post($"rides/{id}/rating", new JsonObject { ["stars"] = 5 })).ShouldBe(
            HttpStatusCode.Conflict,
            "invalid_transition"
        );

        var report = new JsonObject
        {
            ["distanceMeters"] = 6100,
            ["tolls"] = new JsonObject { ["amount"] = "1.50", ["currency"] = "EUR" },
        };
        var done = (await driver.Post($"rides/{id}/complete", report)).ShouldBe(HttpStatusCode.Accepted);
        done.Text("status").ShouldBe("completed");
        done.Body!["tolls"]!["amount"]!.ToString().ShouldBe("1.50");
        await Refused(driver, id, "release", "completed", Why);
    }

    // The ride learns of the assignment shortly after the driver accepts; until then the driver's app repeats under its key.
    [Fact]
    public async Task A_driver_who_arrives_before_the_ride_has_the_assignment_is_refused_only_until_then()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        (await driver.Post($"rides/{id}/arrive", idempotencyKey: "k1")).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );
        await AssignDriver(rider, id, driver);

        foreach (var _ in new[] { "first", "again" })
            (await driver.Post($"rides/{id}/arrive", idempotencyKey: "k1")).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Only_the_rides_driver_changes_it()
    {
        var (rider, driver, other) = (await SignIn("rider"), await SignIn("driver"), await SignIn("driver"));
        var id = await rider.Rides();
        await AssignDriver(rider, id, driver);
        foreach (var step in new[] { "arrive", "start", "complete", "no-show" })
            (await other.Post($"rides/{id}/{step}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        (await other.Post($"rides/{id}/release", Why.DeepClone())).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        (await driver.Post($"rides/{Guid.CreateVersion7()}/arrive")).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );
        (await rider.Post($"rides/{id}/arrive")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await driver.Post($"rides/{id}/cancel", Why.DeepClone())).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_repeat_of_a_step_gets_the_first_answer_and_a_new_one_is_refused()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        await AssignDriver(rider, id, driver);
        (await driver.Post($"rides/{id}/arrive", idempotencyKey: "a")).ShouldBe(HttpStatusCode.Accepted);
        (await driver.Post($"rides/{id}/arrive", idempotencyKey: "a")).ShouldBe(HttpStatusCode.Accepted);
        (await driver.Post($"rides/{id}/arrive", idempotencyKey: "b")).ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_driver_who_releases_a_ride_no_longer_has_it()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        await AssignDriver(rider, id, driver);
        (await driver.Post($"rides/{id}/release")).ShouldBe(HttpStatusCode.BadRequest, "malformed_request");
        (await driver.Post($"rides/{id}/release", new JsonObject { ["reason"] = " " })).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        (await driver.Post($"rides/{id}/release", Why.DeepClone())).ShouldBe(HttpStatusCode.Accepted);
        (await driver.Get($"rides/{id}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        (await rider.Get($"rides/{id}")).Text("status").ShouldBe("requested");
    }

    [Fact]
    public async Task A_completed_ride_is_rated_once()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        await AssignDriver(rider, id, driver);
        foreach (var step in new[] { "arrive", "start", "complete" })
            (await driver.Post($"rides/{id}/{step}")).ShouldBe(HttpStatusCode.Accepted);

        foreach (var bad in new[] { """{"stars":0}""", """{"stars":6}""" })
            (await rider.PostRaw($"rides/{id}/rating", bad)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        var rating = new JsonObject { ["stars"] = 4, ["comment"] = "smooth" };
        (await rider.Post($"rides/{id}/rating", rating.DeepClone())).ShouldBe(HttpStatusCode.Accepted).Body!["rating"]![
            "stars"
        ]!
            .GetValue<int>()
            .ShouldBe(4);
        (await rider.Post($"rides/{id}/rating", rating.DeepClone())).ShouldBe(HttpStatusCode.Conflict, "already_rated");

        (await (await SignIn("driver")).Post($"rides/{id}/rating", rating.DeepClone())).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );
        var both = await driver.Post($"rides/{id}/rating", new JsonObject { ["stars"] = 2 });
        both.ShouldBe(HttpStatusCode.Accepted).Body!["ratingByDriver"]!["stars"]!.GetValue<int>().ShouldBe(2);
        both.Body!["rating"]!["stars"]!.GetValue<int>().ShouldBe(4);
    }

    [Fact]
    public async Task Cancelling_is_previewed()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        var preview = (await rider.Get($"rides/{id}/cancellation-preview")).ShouldBe(HttpStatusCode.OK);
        preview.Text("waiverReason").ShouldBe("noDriverAssigned");

        await AssignDriver(rider, id, driver);
        preview = await rider.Get($"rides/{id}/cancellation-preview");
        preview.Body!["free"]!.GetValue<bool>().ShouldBeTrue();
        preview.Body["freeUntil"].ShouldNotBeNull();

        await driver.Post($"rides/{id}/arrive");
        preview = await rider.Get($"rides/{id}/cancellation-preview");
        preview.Body!["free"]!.GetValue<bool>().ShouldBeFalse();
        decimal.Parse(preview.Body["fee"]!["amount"]!.ToString()).ShouldBeGreaterThan(0);

        await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        (await rider.Get($"rides/{id}/cancellation-preview")).ShouldBe(HttpStatusCode.Conflict, "ride_not_cancellable");
        await rider.SeesFare(id, preview.Body["fee"]!.ToJsonString());
    }

    [Fact]
    public async Task Rides_are_listed_newest_first_page_by_page()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var id = await rider.Rides();
            ids.Insert(0, id);
            await AssignDriver(rider, id, driver);
            await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        }

        foreach (var (who, path) in new[] { (rider, "rides"), (driver, "drivers/me/rides") })
        {
            var first = (await who.Get($"{path}?limit=2")).ShouldBe(HttpStatusCode.OK);
            Ids(first).ShouldBe(ids[..2]);
            var second = await who.Get($"{path}?limit=2&cursor={first.Text("nextCursor")}");
            Ids(second).ShouldBe(ids[2..]);
            second.Body!["nextCursor"].ShouldBeNull();
            Ids(await who.Get($"{path}?status=cancelled")).ShouldBe(ids);
            Ids(await who.Get($"{path}?status=completed")).ShouldBeEmpty();
            (await who.Get($"{path}?status=1")).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
            (await who.Get($"{path}?cursor=x")).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        }
    }

    [Fact]
    public async Task The_history_is_every_event_in_order()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        await AssignDriver(rider, id, driver);
        await driver.Post($"rides/{id}/arrive");

        var history = (await rider.Get($"rides/{id}/history")).ShouldBe(HttpStatusCode.OK).Body!.AsArray();
        var names = history.Select(e => e!["event_type"]!.ToString()).ToList();
        names.ShouldContain("RideRequested");
        names.ShouldContain("DriverArrived");
        history.Select(e => e!["stream_version"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, history.Count));
        history.ShouldAllBe(e => e!["stream_id"]!.ToString() == id);
        (await (await SignIn("operator")).Get($"rides/{id}/history")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_ride_is_followed_live_and_resumed_without_a_gap()
    {
        var (rider, driver) = (await SignIn("rider"), await SignIn("driver"));
        var id = await rider.Rides();
        long seen;
        await using (var stream = await rider.Follow(id))
        {
            var requested = await stream.Next();
            requested.Name.ShouldBe("RideRequested");
            requested.Data["status"]!.ToString().ShouldBe("requested");
            requested.Data["position"]!.GetValue<long>().ShouldBe(requested.Id);
            seen = requested.Id;
        }

        await rider.Post($"rides/{id}/cancel", Why.DeepClone());
        await using (var stream = await rider.Follow(id, seen))
        {
            var cancelled = await stream.Next();
            cancelled.Name.ShouldBe("RideCancelled");
            cancelled.Data["status"]!.ToString().ShouldBe("cancelled");
            // Live: later events of the ride arrive as well.
            (await stream.Next()).Name.ShouldBe("CancellationFeeAssessed");
        }
        driver.Id.ShouldNotBe(rider.Id);
    }

    [Fact]
    public async Task Operators_read_the_stream_of_all_events()
    {
        var (rider, watcher) = (await SignIn("rider"), await SignIn("operator"));
        var id = await rider.Rides();
        var all = (await watcher.Get("events?limit=1")).ShouldBe(HttpStatusCode.OK);
        all.Body!["items"]!.AsArray().Count.ShouldBe(1);
        all.Body["items"]![0]!["position"]!.GetValue<long>().ShouldBe(1);

        var page = await watcher.Get($"events?rideId={id}&type=RideRequested");
        var found = page.Body!["items"]!.AsArray().ShouldHaveSingleItem()!;
        found["payload"]!["riderId"]!.ToString().ShouldBe(rider.Id);
        page.Body["next"]!.GetValue<long>().ShouldBe(found["position"]!.GetValue<long>());
        var rest = await watcher.Get($"events?rideId={id}&type=RideRequested&after={page.Text("next")}");
        rest.Body!["items"]!.AsArray().ShouldBeEmpty();

        (await rider.Get("events")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        foreach (var wrong in new[] { "after=-1", "after=x", "limit=0", "limit=1001", "type=Nonsense", "rideId=1" })
            (await watcher.Get($"events?{wrong}")).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
    }

    static async Task Refused(SignedIn driver, string id, string step, string status, JsonObject? body = null) =>
        (await driver.Post($"rides/{id}/{step}", body?.DeepClone()))
            .ShouldBe(HttpStatusCode.Conflict, "invalid_transition")
            .Text("rideStatus")
            .ShouldBe(status);

    static JsonObject Trip(string? quoteId = null, JsonObject? to = null)
    {
        var trip = new JsonObject { ["pickup"] = Here.DeepClone(), ["dropoff"] = (to ?? There).DeepClone() };
        if (quoteId is not null)
            trip["quoteId"] = quoteId;
        return trip;
    }

    static IEnumerable<string> Ids(Answer page) =>
        page.Body!["items"]!.AsArray().Select(ride => ride!["id"]!.ToString());

    async Task AssignDriver(SignedIn rider, string rideId, SignedIn driver)
    {
        await Publish(
            Events.DriverAssigned(
                Guid.Parse(rideId),
                TimeProvider.System.GetUtcNow(),
                rider.Id,
                driver.Id,
                driverName: "Anna"
            )
        );
        await rider.Until(
            $"ride {rideId} to have a driver",
            $"rides/{rideId}",
            ride => ride.Text("status") == "driverAssigned"
        );
    }

    Task Publish<T>(T happened)
        where T : class => host.Services.GetRequiredService<IBus>().Publish(happened, Stop);

    async Task<SignedIn> SignIn(string role)
    {
        var client = host.CreateClient();
        client.BaseAddress = new Uri(client.BaseAddress!, "/api/v1/");
        var subject = $"{role}-{Guid.CreateVersion7():N}";
        var token = await client.PostAsJsonAsync("/dev/token", new { role, subject }, Stop);
        var answer = await token.Content.ReadFromJsonAsync<JsonObject>(Stop);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            answer!["access_token"]!.ToString()
        );
        return new SignedIn(client, subject);
    }

    /// <summary>The application with its default timers, for which none of these tests waits.</summary>
    public sealed class Host : HostInProcess;

    sealed class SignedIn(HttpClient client, string id) : Person(client)
    {
        readonly HttpClient _client = client;

        public string Id => id;

        public async Task<string> Rides() => (await Post("rides", Trip())).ShouldBe(HttpStatusCode.Created).Text("id");

        public Task<Answer> SeesPayment(string rideId, string status) =>
            Until(
                $"the payment of ride {rideId} to be {status}",
                $"rides/{rideId}",
                ride => ride.Body!["payment"]!["status"]!.ToString() == status
            );

        public Task<Answer> SeesFare(string rideId, string fare) =>
            Until(
                $"the fare of ride {rideId} to be {fare}",
                $"rides/{rideId}",
                ride => ride.Body!["fare"]?.ToJsonString() == fare
            );

        public async Task<HttpResponseMessage> GetIfNot(EntityTagHeaderValue known, string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.IfNoneMatch.Add(known);
            return await _client.SendAsync(request, Stop);
        }

        public async Task<RideStream> Follow(string rideId, long? after = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"rides/{rideId}/events");
            if (after is not null)
                request.Headers.Add("Last-Event-ID", after.ToString());
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            return new RideStream(response, new StreamReader(await response.Content.ReadAsStreamAsync(Stop)));
        }
    }

    sealed record RideEvent(long Id, string Name, JsonNode Data);

    sealed class RideStream(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        /// <summary>Waits for the next event, with a timeout.</summary>
        public async Task<RideEvent> Next()
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            timeout.CancelAfter(WaitFor.Limit);
            var (id, name) = ("", "");
            while (await reader.ReadLineAsync(timeout.Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    return new RideEvent(long.Parse(id), name, JsonNode.Parse(line[6..])!);
            }
            throw new EndOfStreamException("The stream ended before the next event.");
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
