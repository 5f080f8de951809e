using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;
using City = RideBooking.TestKit.Api.City;

namespace RideBooking.Tests.Billing;

/// <summary>Quotes and receipts for riders over HTTP.</summary>
public sealed class When_a_rider_asks_for_a_quote_or_receipt : IAsyncLifetime
{
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    static JsonObject Trip(JsonObject from, JsonObject to, string? vehicleClass = null)
    {
        var trip = new JsonObject { ["pickup"] = from.DeepClone(), ["dropoff"] = to.DeepClone() };
        if (vehicleClass is not null)
            trip["vehicleClass"] = vehicleClass;
        return trip;
    }

    [Fact]
    public async Task A_quote_is_a_signed_promise_whose_breakdown_sums_to_the_fare()
    {
        var rider = await _lab.As("rider", "rider-1");
        var answer = (await rider.Post("quotes", Trip(City.Alexanderplatz, City.Zoo, "Comfort"))).ShouldBe(
            HttpStatusCode.OK
        );
        var quote = answer.Body!;

        Sum(quote["breakdown"]!).ShouldBe(Amount(quote["fare"]!));
        quote["surge"]!.GetValue<decimal>().ShouldBe(1m);
        quote["pickupEtaSeconds"]!.GetValue<int>().ShouldBe(300);
        quote["distanceMeters"]!.GetValue<int>().ShouldBeInRange(6500, 8500);
        quote["durationSeconds"]!.GetValue<int>().ShouldBeInRange(700, 1100);
        DateTimeOffset.Parse(quote["expiresAt"]!.GetValue<string>()).ShouldBe(_lab.Now.AddSeconds(120));

        var tokens = _lab.Services.GetRequiredService<QuoteTokens>();
        tokens.TryRead(quote["quoteId"]!.GetValue<string>(), out var promise).ShouldBeTrue();
        (promise.RiderId, promise.VehicleClass, promise.ExpiresAt).ShouldBe(
            ("rider-1", "comfort", _lab.Now.AddSeconds(120))
        );
        promise.Fare.Amount.ShouldBe(Amount(quote["fare"]!));
    }

    [Fact]
    public async Task A_quote_shows_the_recent_pickup_times_of_nearby_drivers()
    {
        var rider = await _lab.As("rider", "rider-1");
        foreach (var seconds in new[] { 100, 900, 200 })
            await _lab.Log(
                new DriverOffered(
                    Guid.CreateVersion7(),
                    "r",
                    Guid.CreateVersion7(),
                    "d",
                    Samples.Alexanderplatz,
                    Samples.Zoo,
                    null,
                    seconds,
                    _lab.Now,
                    _lab.Now
                )
            );

        (await Eta(City.Alexanderplatz, City.Zoo)).ShouldBe(300);
        for (var round = 0; round < 2; round++)
            await _lab.In(async db =>
            {
                await _lab.Services.GetRequiredService<LearnPickupEtas>().Learn(db, MoneyLab.Stop);
                return 0;
            });
        (await Eta(City.Alexanderplatz, City.Zoo)).ShouldBe(200);
        (await Eta(City.Zoo, City.Alexanderplatz)).ShouldBe(300);
        _lab.Clock.Advance(TimeSpan.FromMinutes(31));
        (await Eta(City.Alexanderplatz, City.Zoo)).ShouldBe(300);

        async Task<int> Eta(JsonObject from, JsonObject to) =>
            (await rider.Post("quotes", Trip(from, to))).Body!["pickupEtaSeconds"]!.GetValue<int>();
    }

    public static TheoryData<string, string> Impossible =>
        new()
        {
            { Trip(City.Zoo, City.Zoo).ToJsonString(), "dropoff" },
            { Trip(City.Zoo, City.Place(48.1, 11.6)).ToJsonString(), "dropoff" },
            { Trip(City.Zoo, City.Place(91, 0)).ToJsonString(), "dropoff.lat" },
            { Trip(City.Place(0, -181), City.Zoo).ToJsonString(), "pickup.lng" },
            { Trip(City.Zoo, City.Alexanderplatz, "helicopter").ToJsonString(), "vehicleClass" },
            { Trip(City.Zoo, City.Alexanderplatz, "").ToJsonString(), "vehicleClass" },
        };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task An_impossible_trip_is_refused(string body, string field)
    {
        var rider = await _lab.As("rider", "rider-1");
        var refused = (await rider.PostRaw("quotes", body)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        refused.Body!["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
    }

    [Fact]
    public async Task A_receipt_is_not_ready_then_due_then_paid_for_its_rider_and_operators_only()
    {
        var ride = new SomeRide();
        var rider = await _lab.As("rider", ride.RiderId);
        var stranger = await _lab.As("rider", "stranger");
        var op = await _lab.As("operator", "op");
        var path = $"rides/{ride.RideId}/receipt";
        (await rider.Get(path)).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");

        await _lab.Log(ride.Requested);
        (await rider.Get(path)).ShouldBe(HttpStatusCode.NotFound, "receipt_not_ready");
        (await op.Get(path)).ShouldBe(HttpStatusCode.NotFound, "receipt_not_ready");
        (await stranger.Get(path)).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");

        await _lab.Deliver(ride.Completed with { Tolls = Samples.Euro(1.5m) });
        var due = (await rider.Get(path)).ShouldBe(HttpStatusCode.OK);
        (due.Text("status"), due.Body!["number"]).ShouldBe(("due", null));
        Sum(due.Body!["lines"]!).ShouldBe(Amount(due.Body!["total"]!));

        await _lab.Settle();
        var paid = (await rider.Get(path)).ShouldBe(HttpStatusCode.OK);
        paid.Text("status").ShouldBe("paid");
        paid.Text("number").ShouldBe(_lab.SentOf<ReceiptIssued>().Single().Number);
        paid.Body!["lines"]!
            .AsArray()
            .Select(line => line!["code"]!.GetValue<string>())
            .ShouldBe(["base", "distance", "time", "tolls"]);
        (await op.Get(path)).Body!.ToJsonString().ShouldBe(paid.Body!.ToJsonString());
        (await stranger.Get(path)).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");
        (await (await _lab.As("driver", "driver-1")).Get(path)).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task The_receipt_of_a_ride_cancelled_in_time_says_that_nothing_is_due()
    {
        var ride = new SomeRide();
        await _lab.DeliverAndSettle(ride.Cancelled with { SinceAssignedSeconds = 1 });
        var receipt = (await (await _lab.As("rider", ride.RiderId)).Get($"rides/{ride.RideId}/receipt")).ShouldBe(
            HttpStatusCode.OK
        );
        (receipt.Text("status"), receipt.Text("waiverReason")).ShouldBe(("paid", "withinFreePeriod"));
        (Amount(receipt.Body!["total"]!), receipt.Body!["lines"]!.AsArray().Count).ShouldBe((0m, 0));
    }

    static decimal Sum(JsonNode lines) => lines.AsArray().Sum(line => Amount(line!["amount"]!));

    static decimal Amount(JsonNode money) => decimal.Parse(money["amount"]!.GetValue<string>());
}
