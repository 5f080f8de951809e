using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;
using City = RideBooking.TestKit.Api.City;

namespace RideBooking.Tests.Billing;

/// <summary>Rides begin in Berlin and in Tokyo, by tariffs of their own, and nowhere else.</summary>
public sealed class When_there_are_cities : IAsyncLifetime
{
    static readonly Place s_ginza = new(35.6717, 139.7650);
    static readonly Place s_shibuya = new(35.6580, 139.7016);

    readonly SomeRide _ride = new();
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MoneyLab.Open([
            .. CityAt(0, "berlin", "Berlin", "Europe/Berlin", Samples.Alexanderplatz),
            .. CityAt(1, "tokyo", "Tokyo", "Asia/Tokyo", s_ginza),
            .. TariffOf(0, "berlin", "EUR", "1.00"),
            .. TariffOf(1, "tokyo", "JPY", "200"),
            ("Billing:Tariffs:1:Classes:kei:Base", "150"),
            .. Rest(1, "kei", "150"),
        ]);
        _lab.RecordsRequests = false;
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Theory]
    [InlineData("berlin", "EUR")]
    [InlineData("tokyo", "JPY")]
    public async Task A_quote_is_by_the_tariff_of_the_city_of_its_pickup(string city, string currency)
    {
        var rider = await _lab.As("rider", "rider-1");
        var quote = (
            city == "berlin"
                ? await rider.Post("quotes", Trip(Samples.Alexanderplatz, Samples.Zoo))
                : await rider.Post("quotes", Trip(s_ginza, s_shibuya))
        )
            .ShouldBe(HttpStatusCode.OK)
            .Body!;
        quote["city"]!.GetValue<string>().ShouldBe(city);
        quote["fare"]!["currency"]!.GetValue<string>().ShouldBe(currency);
        var tokens = _lab.Services.GetRequiredService<QuoteTokens>();
        tokens.TryRead(quote["quoteId"]!.GetValue<string>(), out var promise).ShouldBeTrue();
        promise.Terms.City.ShouldBe(city);
    }

    [Fact]
    public async Task A_pickup_outside_of_them_is_refused()
    {
        var rider = await _lab.As("rider", "rider-1");
        var refused = (await rider.Post("quotes", Trip(new Place(48.137, 11.575), new Place(48.15, 11.6)))).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        refused.Body!["errors"]!["pickup"]![0]!
            .GetValue<string>()
            .ShouldBe("must be in one of the cities: Berlin, Tokyo");
        _lab.Services.GetRequiredService<ITripPolicy>()
            .Check(new Place(48.137, 11.575), new Place(48.15, 11.6), "standard")!
            .Field.ShouldBe("pickup");
        // The dropoff may be anywhere.
        (await rider.Post("quotes", Trip(Samples.Alexanderplatz, new Place(52.39, 13.06)))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_class_is_refused_where_the_city_does_not_have_it()
    {
        var policy = _lab.Services.GetRequiredService<ITripPolicy>();
        policy.VehicleClasses.ShouldBe(["kei", "standard"]);
        policy.Check(s_ginza, s_shibuya, "kei").ShouldBeNull();
        policy
            .Check(Samples.Alexanderplatz, Samples.Zoo, "kei")
            .ShouldBe(new TripProblem("vehicleClass", "must be one of: standard"));
        policy.Terms(s_ginza, s_shibuya, "kei").City.ShouldBe("tokyo");
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Fare_fee_tolls_and_receipt_are_those_of_the_city_in_the_terms()
    {
        // The pickup is in Berlin: the terms decide, which do not change.
        await _lab.Log(Requested("tokyo"));
        (await Refusal(Samples.Euro(1m))).ShouldBe("must be in JPY, the currency of the fare");
        (await Refusal(new Money(900m, "JPY"))).ShouldBeNull();

        await _lab.Deliver(_ride.Completed with { Tolls = new Money(900m, "JPY") });
        (await _lab.TakeOutbox()).OfType<FareFinalized>().Single().Total.ShouldBe(new Money(5300m, "JPY"));
        var receipt = (await (await _lab.As("rider", _ride.RiderId)).Get($"rides/{_ride.RideId}/receipt")).ShouldBe(
            HttpStatusCode.OK
        );
        (receipt.Text("city"), receipt.Text("tariffVersion")).ShouldBe(("tokyo", "v1"));
    }

    [Fact]
    public async Task The_preview_of_a_fee_and_the_fee_are_those_of_the_city()
    {
        await _lab.Log(Requested("tokyo"));
        await using (var scope = _lab.Services.CreateAsyncScope())
            (
                await scope.ServiceProvider.GetRequiredService<ICancellationFees>().Of(_ride.Cancelled, MoneyLab.Stop)
            ).Amount.ShouldBe(new Money(200m, "JPY"));
        await _lab.Deliver(_ride.Cancelled);
        (await _lab.TakeOutbox()).OfType<CancellationFeeAssessedV2>().Single().Amount.ShouldBe(new Money(200m, "JPY"));
    }

    [Fact]
    public async Task A_ride_that_was_requested_before_is_billed_without_a_city()
    {
        await _lab.Log(_ride.Requested);
        await _lab.Deliver(_ride.Completed);
        (await _lab.TakeOutbox()).OfType<FareFinalized>().Single().Total.ShouldBe(Samples.Euro(14.20m));
        (await _lab.In(db => db.Set<Invoice>().SingleAsync(MoneyLab.Stop))).City.ShouldBeNull();
    }

    [Fact]
    public void The_first_one_decides_what_is_shown_without_a_city()
    {
        var locale = _lab.Services.GetRequiredService<ITariffLocale>();
        (locale.Currency, locale.TimeZone.Id).ShouldBe(("EUR", "Europe/Berlin"));
        (locale.TimeZoneOf("tokyo").Id, locale.TimeZoneOf(null).Id).ShouldBe(("Asia/Tokyo", "Europe/Berlin"));
    }

    RideRequestedV2 Requested(string city) =>
        RideRequestedV2.Upcast(_ride.Requested) with
        {
            Terms = new TripTerms(city, 100, new Money(4_400m, "JPY"), 6000, 900),
        };

    async Task<string?> Refusal(Money tolls)
    {
        await using var scope = _lab.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<ITollRules>()
            .Refusal(_ride.RideId, tolls, _lab.Now, MoneyLab.Stop);
    }

    static JsonObject Trip(Place from, Place to) =>
        new() { ["pickup"] = City.Place(from.Lat, from.Lng), ["dropoff"] = City.Place(to.Lat, to.Lng) };

    static (string, string)[] CityAt(int index, string code, string name, string zone, Place centre) =>
        [
            ($"Billing:Cities:{index}:Code", code),
            ($"Billing:Cities:{index}:Name", name),
            ($"Billing:Cities:{index}:TimeZone", zone),
            ($"Billing:Cities:{index}:Centre:Lat", FormattableString.Invariant($"{centre.Lat}")),
            ($"Billing:Cities:{index}:Centre:Lng", FormattableString.Invariant($"{centre.Lng}")),
            ($"Billing:Cities:{index}:RadiusKm", "25"),
        ];

    static (string, string)[] TariffOf(int index, string city, string currency, string rate) =>
        [
            ($"Billing:Tariffs:{index}:City", city),
            ($"Billing:Tariffs:{index}:Version", "v1"),
            ($"Billing:Tariffs:{index}:ValidFrom", "2026-01-01T00:00:00Z"),
            ($"Billing:Tariffs:{index}:Currency", currency),
            ($"Billing:Tariffs:{index}:Classes:standard:Base", rate),
            .. Rest(index, "standard", rate),
        ];

    static (string, string)[] Rest(int index, string vehicleClass, string rate) =>
        [
            .. new[]
            {
                "PerKilometer",
                "PerMinute",
                "MinimumFare",
                "WaitingPerMinute",
                "CancellationFee",
                "NoShowFee",
            }.Select(key => ($"Billing:Tariffs:{index}:Classes:{vehicleClass}:{key}", rate)),
        ];
}
