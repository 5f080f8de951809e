using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Operations.FailedMessages;

namespace RideBooking.Tests.Operations.Endpoints;

/// <summary>An operator pauses an endpoint of the embedded default, and resumes it.</summary>
public sealed class When_an_endpoint_is_paused : IAsyncLifetime
{
    const string Path = $"operations/endpoints/{PausableHost.Endpoint}";
    const string ComputeFare = "compute-fare";

    static readonly JsonObject s_reason = new() { ["reason"] = "the gateway is slow" };

    readonly PausableHost _host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Its_messages_wait_until_it_is_resumed()
    {
        await _host.Control("pause");
        List<Guid> waiting = [];
        // More than it handles at the same time.
        for (var number = 0; number < 40; number++)
            waiting.Add(await _host.PutOffer());

        // Other endpoints go on.
        await Ride(_host.City);
        foreach (var message in waiting)
            (await _host.HasHandled(message)).ShouldBeFalse();

        await _host.Control("resume");
        foreach (var message in waiting)
            await _host.Handles(message);
    }

    [Fact]
    public async Task Operators_see_who_paused_it_and_a_repeat_changes_nothing()
    {
        var operations = await _host.City.Operator();
        var before = (await operations.Get(Path)).ShouldBe(HttpStatusCode.OK).Body!;
        before["paused"]!.GetValue<bool>().ShouldBeFalse();
        before["pause"].ShouldBeNull();

        (await operations.Post($"{Path}/pause", s_reason.DeepClone())).ShouldBe(HttpStatusCode.OK);
        var again = await operations.Post($"{Path}/pause", new JsonObject { ["reason"] = "another" });
        var pause = again.ShouldBe(HttpStatusCode.OK).Body!["pause"]!;
        pause["reason"]!.ToString().ShouldBe("the gateway is slow");
        pause["automatic"]!.GetValue<bool>().ShouldBeFalse();
        pause["by"]!.ToString().ShouldNotBeEmpty();
        var list = (await operations.Get("operations/endpoints")).ShouldBe(HttpStatusCode.OK).Body!["items"]!.AsArray();
        list.Count(endpoint => endpoint!["paused"]!.GetValue<bool>()).ShouldBe(1);

        foreach (var _ in Enumerable.Range(0, 2))
            (await operations.Post($"{Path}/resume", s_reason.DeepClone())).ShouldBe(HttpStatusCode.OK);
        (await operations.Get(Path)).Body!["paused"]!.GetValue<bool>().ShouldBeFalse();

        var audit = (await operations.Get("operations/audit")).Body!["items"]!.AsArray();
        audit.Select(entry => entry!["action"]!.ToString()).ShouldBe(["resume-endpoint", "pause-endpoint"]);
        audit.ShouldAllBe(entry => entry!["queue"]!.ToString() == PausableHost.Endpoint);
    }

    [Fact]
    public async Task A_redrive_to_it_is_refused_unless_it_is_forced()
    {
        var operations = await _host.City.Operator();
        var message = new RiderForgotten("a-rider", DateTimeOffset.UtcNow);
        var id = await _host.Services.Fail(PausableHost.Endpoint, message);
        await _host.Control("pause");
        var redrive = new JsonObject
        {
            ["selection"] = new JsonObject { ["ids"] = new JsonArray(id) },
            ["reason"] = "a test",
        };

        var refused = await operations.Post("operations/redrives", redrive.DeepClone());
        refused.ShouldBe(HttpStatusCode.Conflict, "queue_not_consumed");
        (await operations.Get($"operations/failed-messages/{id}")).Text("state").ShouldBe("failed");

        redrive["force"] = true;
        (await operations.Post("operations/redrives", redrive)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task One_that_does_not_exist_is_refused_and_so_is_a_caller_who_is_no_operator()
    {
        var operations = await _host.City.Operator();
        foreach (var verb in new[] { "pause", "resume" })
            (await operations.Post($"operations/endpoints/none/{verb}", s_reason.DeepClone())).ShouldBe(
                HttpStatusCode.NotFound,
                "endpoint_not_found"
            );
        (await operations.Get("operations/endpoints/none")).ShouldBe(HttpStatusCode.NotFound, "endpoint_not_found");
        (await (await _host.City.Rider()).Get("operations/endpoints")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task It_stays_paused_on_every_host_and_after_a_restart_and_no_message_is_lost()
    {
        // It owns the database, and has no part in this.
        await using var owner = new PausableHost();
        owner.Services.ShouldNotBeNull();
        string rideId;
        Rider rider;
        await using (var first = new PausableHost(owner.Database))
        {
            await first.Control("pause", ComputeFare);
            await owner.Consumes(false, ComputeFare);
            rider = await first.City.Rider();
            var driver = await first.City.DriverAt(City.Alexanderplatz);
            rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
            await driver.Drives(rideId);
        }

        await using var second = new PausableHost(owner.Database);
        second.IsPaused(ComputeFare).ShouldBeTrue("it was paused before the bus started");
        var operations = await second.City.Operator();
        await Ride(second.City, pays: false);
        Types(await operations.Get($"rides/{rideId}/history")).ShouldNotContain("FareFinalized");

        await second.Control("resume", ComputeFare);
        await owner.Consumes(true, ComputeFare);
        await operations.Until(
            "the fare of the ride",
            $"rides/{rideId}/history",
            answer => Types(answer).Contains("PaymentCaptured")
        );
        Types(await operations.Get($"rides/{rideId}/history")).Count(type => type == "FareFinalized").ShouldBe(1);
    }

    static async Task Ride(City city, bool pays = true)
    {
        var place = City.Place(-33.9, 18.4);
        var (rider, driver) = (await city.Rider(), await city.DriverAt(place));
        var rideId = await rider.Request(place, City.Place(-33.95, 18.45));
        await driver.Drives(rideId);
        if (pays)
            await rider.SeesPayment(rideId, "captured");
    }

    static List<string> Types(Answer history) =>
        [
            .. (history.Body as JsonArray ?? history.Body!["items"]!.AsArray()).Select(e =>
                e!["event_type"]!.GetValue<string>()
            ),
        ];
}
