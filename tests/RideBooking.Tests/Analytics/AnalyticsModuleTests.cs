using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Analytics;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Analytics;

public sealed class AnalyticsModuleTests : IAsyncLifetime
{
    const string Day = "?from=2026-01-10T00:00:00Z&to=2026-01-11T00:00:00Z";

    ModuleLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await ModuleLab.Open(new AnalyticsModule());

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_completed_ride_is_demand_acceptance_completion_and_revenue()
    {
        var ride = new RideOf();
        foreach (var step in WholeRide(ride))
            await step(_lab);

        var summary = await Summary(Day);
        summary["demand"]!.ToJsonString().ShouldBe("""[{"hour":"2026-01-10T10:00:00Z","requested":1}]""");
        summary["acceptance"]!
            .ToJsonString()
            .ShouldBe(
                """{"offered":1,"accepted":1,"declined":0,"expired":0,"withdrawn":0,"pending":0,"released":0,"rate":1}"""
            );
        Status(summary).ShouldBe("completed: 1");
        summary["rides"]!["completionRate"]!.GetValue<double>().ShouldBe(1);
        summary["revenue"]!
            .ToJsonString()
            .ShouldBe("""[{"day":"2026-01-10","amount":{"amount":"12.40","currency":"EUR"},"payments":1}]""");
    }

    [Fact]
    public async Task Every_status_is_counted_on_the_way()
    {
        var ride = new RideOf();
        async Task Then<T>(T e, string status)
            where T : class
        {
            await _lab.Deliver(e);
            Status(await Summary(Day)).ShouldBe(status);
        }

        await Then(ride.Requested, "requested: 1");
        await Then(ride.Offered, "requested: 1");
        await Then(ride.Assigned, "driverAssigned: 1");
        await Then(ride.Arrived, "driverArrived: 1");
        await Then(ride.Started, "inProgress: 1");
        await Then(ride.Completed, "completed: 1");
    }

    [Fact]
    public async Task A_released_ride_is_searched_for_again_and_its_next_driver_has_not_arrived()
    {
        var first = new RideOf();
        var second = new RideOf(driver: "driver-bela") { RideId = first.RideId, Start = RideOf.T0.AddMinutes(10) };
        await _lab.Deliver(first.Requested);
        await _lab.Deliver(first.Assigned);
        await _lab.Deliver(first.Arrived);
        await _lab.Deliver(first.Released);
        Status(await Summary(Day)).ShouldBe("requested: 1");
        await _lab.Deliver(second.Assigned);
        Status(await Summary(Day)).ShouldBe("driverAssigned: 1");
        await _lab.Deliver(second.Arrived);
        Status(await Summary(Day)).ShouldBe("driverArrived: 1");
    }

    /// <summary>Facts come in any order and are therefore not folded as the ride's events are.</summary>
    [Fact]
    public async Task Each_status_on_the_way_is_the_one_that_the_events_of_the_ride_fold_to()
    {
        var ride = new RideOf();
        var next = new RideOf(driver: "driver-bela") { RideId = ride.RideId, Start = RideOf.T0.AddMinutes(10) };
        object[][] courses =
        [
            [ride.Requested, ride.Offered, ride.Assigned, ride.Arrived, ride.Started, ride.Completed, ride.Captured],
            [ride.Requested, ride.Assigned, ride.Arrived, ride.Released, next.Assigned, next.Arrived, next.Cancelled],
            [ride.Requested, ride.Offered, ride.Declined, ride.NotServed],
        ];
        foreach (var course in courses)
        {
            await using var lab = await ModuleLab.Open(new AnalyticsModule());
            RideStatus? status = null;
            foreach (var happened in course)
            {
                status = status.After(happened);
                await lab.Deliver(happened);
                Status(await Summary(Day, lab)).ShouldBe($"{status!.Value.InApi()}: 1", $"after {happened}");
            }
        }
    }

    [Fact]
    public async Task The_answers_to_offers_are_counted_and_offers_the_driver_did_not_decide_are_not_in_the_rate()
    {
        var offers = Enumerable.Range(0, 6).Select(_ => new RideOf()).ToList();
        foreach (var offer in offers)
            await _lab.Deliver(offer.Offered);
        await _lab.Deliver(offers[0].Assigned);
        await _lab.Deliver(offers[1].Declined);
        await _lab.Deliver(offers[2].Expired);
        await _lab.Deliver(offers[3].Expired with { Reason = "rideCancelled" });
        await _lab.Deliver(offers[4].Assigned);
        await _lab.Deliver(offers[4].Released);

        (await Summary(Day))["acceptance"]!
            .ToJsonString()
            .ShouldBe(
                """{"offered":6,"accepted":2,"declined":1,"expired":1,"withdrawn":1,"pending":1,"released":1,"rate":0.5}"""
            );
    }

    [Fact]
    public async Task The_summary_is_the_same_in_any_order_and_with_every_event_twice()
    {
        var (well, cancelled, released) = (new RideOf(), new RideOf { Start = RideOf.T0.AddHours(1) }, new RideOf());
        Func<ModuleLab, Task>[] steps =
        [
            .. WholeRide(well),
            lab => lab.Deliver(cancelled.Requested),
            lab => lab.Deliver(cancelled.Assigned),
            lab => lab.Deliver(cancelled.Cancelled),
            lab => lab.Deliver(released.Requested),
            lab => lab.Deliver(released.Assigned),
            lab => lab.Deliver(released.Arrived),
            lab => lab.Deliver(released.Released),
        ];
        foreach (var step in steps)
            await step(_lab);
        var expected = (await Summary(Day)).ToJsonString();

        foreach (var seed in new[] { 1, 2, 3 })
        {
            await using var other = await ModuleLab.Open(new AnalyticsModule());
            Func<ModuleLab, Task>[] shuffled = [.. steps, .. steps];
            new Random(seed).Shuffle(shuffled);
            foreach (var step in shuffled)
                await step(other);
            (await Summary(Day, other)).ToJsonString().ShouldBe(expected, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Periods_begin_with_from_and_end_before_to()
    {
        await _lab.Deliver(new RideOf { Start = RideOf.T0 }.Requested);
        (await Summary("?from=2026-01-10T10:30:00Z&to=2026-01-10T10:31:00Z"))["rides"]!["requested"]!
            .GetValue<int>()
            .ShouldBe(1);
        (await Summary("?from=2026-01-10T10:29:00Z&to=2026-01-10T10:30:00Z"))["rides"]!["requested"]!
            .GetValue<int>()
            .ShouldBe(0);
        (await Summary("?from=2026-01-10T11:30:00%2B01:00&to=2026-01-10T10:31:00Z"))["rides"]!["requested"]!
            .GetValue<int>()
            .ShouldBe(1);
    }

    [Fact]
    public async Task Revenue_is_kept_apart_by_day_and_currency()
    {
        var late = new RideOf { Start = new(2026, 1, 10, 23, 55, 0, TimeSpan.Zero) };
        await _lab.Deliver(new RideOf().Captured);
        await _lab.Deliver(new RideOf().Captured with { Amount = new Money(0.10m, "EUR") });
        await _lab.Deliver(new RideOf().Captured with { Amount = new Money(5m, "CHF") });
        await _lab.Deliver(late.Captured);

        (await Summary("?from=2026-01-10T00:00:00Z&to=2026-01-12T00:00:00Z"))["revenue"]!
            .AsArray()
            .Select(day => $"{day!["day"]} {day["amount"]!["amount"]} {day["amount"]!["currency"]} {day["payments"]}")
            .ShouldBe(["2026-01-10 5.00 CHF 1", "2026-01-10 12.50 EUR 2", "2026-01-11 12.40 EUR 1"]);
    }

    [Theory]
    // Clocks in Berlin go forward on 29 March 2026 (a day of 23 hours) and back on 25 October (one of 25).
    [InlineData("Europe/Berlin", "2026-01-10T22:59:59Z", "2026-01-10", "2026-01-10T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-01-10T23:00:00Z", "2026-01-11", "2026-01-10T23:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T21:59:59Z", "2026-03-29", "2026-03-29T21:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25", "2026-10-24T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25", "2026-10-25T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25", "2026-10-25T01:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25", "2026-10-25T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26", "2026-10-25T23:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-01-10T18:14:59Z", "2026-01-10", "2026-01-10T17:15:00Z")]
    [InlineData("Asia/Kathmandu", "2026-01-10T18:15:00Z", "2026-01-11", "2026-01-10T18:15:00Z")]
    public async Task Days_and_hours_are_those_of_a_time_zone(string zone, string at, string day, string hour)
    {
        var ride = new RideOf { Start = DateTimeOffset.Parse(at) };
        await _lab.Deliver(ride.Requested with { At = ride.Start });
        await _lab.Deliver(ride.Captured with { At = ride.Start });

        var summary = await Summary($"?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&timeZone={zone}");
        summary["timeZone"]!.GetValue<string>().ShouldBe(zone);
        summary["revenue"]![0]!["day"]!.GetValue<string>().ShouldBe(day);
        summary["demand"]![0]!["hour"]!.GetValue<string>().ShouldBe(hour);
    }

    [Fact]
    public async Task Days_are_those_of_the_tariff_by_default()
    {
        await using var tokyo = await ModuleLab.Open(
            new AnalyticsModule(),
            services => services.AddSingleton<ITariffLocale>(new Tokyo())
        );
        await tokyo.Deliver(new RideOf().Captured with { At = DateTimeOffset.Parse("2026-01-10T15:00:00Z") });
        (await Summary("?from=2026-01-10T00:00:00Z&to=2026-01-12T00:00:00Z", tokyo))["revenue"]![0]!["day"]!
            .GetValue<string>()
            .ShouldBe("2026-01-11");
    }

    sealed class Tokyo : ITariffLocale
    {
        public string Currency => "JPY";
        public TimeZoneInfo TimeZone { get; } = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

        public TimeZoneInfo TimeZoneOf(string? city) => TimeZone;

        public string? CityOf(Place place) => null;
    }

    [Fact]
    public async Task A_period_without_rides_has_a_summary()
    {
        var summary = await Summary("");
        summary["rides"]!["requested"]!.GetValue<int>().ShouldBe(0);
        summary["acceptance"]!["rate"].ShouldBeNull();
        summary["revenue"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?timeZone=Atlantis/Centre", "timeZone")]
    [InlineData("?timeZone=", "timeZone")]
    [InlineData("?to=2026-01-10", "to")]
    [InlineData("?from=2026-01-11T00:00:00Z&to=2026-01-10T00:00:00Z", "from")]
    [InlineData("?from=2020-01-11T00:00:00Z&to=2026-01-10T00:00:00Z", "from")]
    [InlineData("?to=0001-01-01T00:00:00Z", "to")]
    public async Task An_impossible_period_is_refused(string query, string field)
    {
        var client = await _lab.App.As("operator");
        await (await client.GetAsync($"/api/v1/operations/analytics/summary{query}", Stop)).ShouldRefuse(field);
    }

    [Theory]
    [InlineData("rider")]
    [InlineData("driver")]
    public async Task Only_operators_see_the_summary(string role)
    {
        var client = await _lab.App.As(role);
        await (await client.GetAsync("/api/v1/operations/analytics/summary", Stop)).ShouldBeProblem(403, "forbidden");
    }

    static IEnumerable<Func<ModuleLab, Task>> WholeRide(RideOf ride) =>
        [
            lab => lab.Deliver(ride.Requested),
            lab => lab.Deliver(ride.Offered),
            lab => lab.Deliver(ride.Assigned),
            lab => lab.Deliver(ride.Arrived),
            lab => lab.Deliver(ride.Started),
            lab => lab.Deliver(ride.Completed),
            lab => lab.Deliver(ride.Captured),
        ];

    static string Status(JsonObject summary) =>
        string.Join(
            ", ",
            summary["rides"]!["byStatus"]!
                .AsObject()
                .Where(status => status.Value!.GetValue<int>() > 0)
                .Select(status => $"{status.Key}: {status.Value}")
        );

    async Task<JsonObject> Summary(string query, ModuleLab? lab = null)
    {
        var client = await (lab ?? _lab).App.As("operator");
        return (await client.GetFromJsonAsync<JsonObject>($"/api/v1/operations/analytics/summary{query}", Stop))!;
    }
}
