using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Analytics;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Analytics;

public sealed class GetBreakdownTests : IAsyncLifetime
{
    const string Day = "from=2026-01-10T00:00:00Z&to=2026-01-11T00:00:00Z";

    ModuleLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_ride_counts_in_the_hour_city_and_class_in_which_it_was_requested()
    {
        foreach (var happened in WholeRide(new RideOf { Start = RideOf.T0.AddMinutes(25) }))
            await _lab.Deliver(happened);
        // Requested at 10:55, paid after 11:00.
        (await Items(Day))
            .ShouldHaveSingleItem()
            .ToJsonString()
            .ShouldBe(
                """{"hour":"2026-01-10T10:00:00Z","day":null,"city":"berlin","vehicleClass":"standard","requested":1,"completed":1,"noDriverFound":0,"cancelled":[],"offered":1,"accepted":1,"acceptanceRate":1,"matchSeconds":120,"pickupSeconds":60,"revenue":[{"amount":{"amount":"12.40","currency":"EUR"},"payments":1}],"onDutySeconds":0,"onTripSeconds":180,"utilisation":null}"""
            );
    }

    [Fact]
    public async Task Cities_and_classes_are_kept_apart_and_can_be_selected()
    {
        await _lab.Deliver(Requested(new RideOf(), "berlin", "standard"));
        await _lab.Deliver(Requested(new RideOf(), "berlin", "xl"));
        await _lab.Deliver(Requested(new RideOf(), "tokyo", "xl"));
        // A ride from before there were cities.
        await _lab.Deliver(new RideOf().Requested);

        Texts(await Items($"{Day}&groupBy=city,class"), "city", "vehicleClass", "requested")
            .ShouldBe([" standard 1", "berlin standard 1", "berlin xl 1", "tokyo xl 1"]);
        Texts(await Items($"{Day}&groupBy=class"), "vehicleClass", "requested").ShouldBe(["standard 2", "xl 2"]);
        Texts(await Items($"{Day}&groupBy=class&city=berlin"), "vehicleClass", "requested")
            .ShouldBe(["standard 1", "xl 1"]);
        Texts(await Items($"{Day}&groupBy=city&vehicleClass=xl"), "city", "requested")
            .ShouldBe(["berlin 1", "tokyo 1"]);
        Texts(await Items($"{Day}&groupBy=city&city="), "city", "requested").ShouldBe([" 1"]);
    }

    [Fact]
    public async Task Hours_and_days_are_those_of_the_citys_time_zone()
    {
        var late = new DateTimeOffset(2026, 1, 10, 18, 20, 0, TimeSpan.Zero);
        await _lab.Deliver(Requested(new RideOf { Start = late }, "berlin", "standard"));
        await _lab.Deliver(Requested(new RideOf { Start = late }, "kathmandu", "standard"));

        Texts(await Items($"{Day}&groupBy=day,city"), "day", "city")
            .ShouldBe(["2026-01-10 berlin", "2026-01-11 kathmandu"]);
        Texts(await Items($"{Day}&groupBy=hour,city"), "hour", "city")
            .ShouldBe(["2026-01-10T18:00:00Z berlin", "2026-01-10T18:15:00Z kathmandu"]);
    }

    [Fact]
    public async Task Cancellations_are_counted_by_stage_and_by_who_cancelled()
    {
        foreach (
            var (by, stage) in new[] { ("rider", "requested"), ("rider", "driverArrived"), ("driver", "driverArrived") }
        )
        {
            var ride = new RideOf();
            await _lab.Deliver(Requested(ride, "berlin", "standard"));
            await _lab.Deliver(ride.Cancelled with { By = by, Stage = stage });
        }
        var item = (await Items($"{Day}&groupBy=city")).ShouldHaveSingleItem();
        Texts(item["cancelled"]!.AsArray()!, "stage", "by", "rides")
            .ShouldBe(["driverArrived driver 1", "driverArrived rider 1", "requested rider 1"]);
    }

    [Fact]
    public async Task Times_are_means_and_offers_that_no_driver_decided_are_not_in_the_rate()
    {
        var (one, other) = (new RideOf(), new RideOf());
        await _lab.Deliver(Requested(one, "berlin", "standard"));
        await _lab.Deliver(Requested(other, "berlin", "standard"));
        await _lab.Deliver(one.Assigned with { At = one.Start.AddSeconds(20) });
        await _lab.Deliver(other.Assigned with { At = other.Start.AddSeconds(31) });
        await _lab.Deliver(one.Arrived with { At = one.Start.AddSeconds(320) });
        foreach (var offered in new[] { one.Offered, other.Offered, Another(one), Another(one), Another(other) })
            await _lab.Deliver(offered);
        var declined = new RideOf { RideId = one.RideId };
        await _lab.Deliver(declined.Offered);
        await _lab.Deliver(declined.Declined);

        var item = (await Items($"{Day}&groupBy=city")).ShouldHaveSingleItem();
        item["matchSeconds"]!.GetValue<double>().ShouldBe(25.5);
        item["pickupSeconds"]!.GetValue<double>().ShouldBe(300);
        (item["offered"]!.GetValue<int>(), item["accepted"]!.GetValue<int>()).ShouldBe((6, 2));
        item["acceptanceRate"]!.GetValue<double>().ShouldBe(0.6667);

        DriverOffered Another(RideOf ride) => new RideOf { RideId = ride.RideId }.Offered;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ride_booked_ahead_is_matched_from_the_begin_of_its_search(bool searchComesLast)
    {
        var ride = new RideOf();
        var searched = ride.Start.AddHours(3);
        object[] events =
        [
            new RideSearchStarted(ride.RideId, "rider-1", searched.AddMinutes(15), searched),
            ride.Assigned with
            {
                At = searched.AddSeconds(40),
            },
        ];
        await _lab.Deliver(Requested(ride, "berlin", "standard"));
        foreach (var happened in searchComesLast ? events.Reverse() : events)
            await _lab.Deliver(happened);

        (await Items($"{Day}&groupBy=city")).ShouldHaveSingleItem()["matchSeconds"]!.GetValue<double>().ShouldBe(40);
    }

    [Fact]
    public async Task Revenue_is_what_was_captured_without_what_was_refunded_whatever_came_first()
    {
        var (ride, other) = (new RideOf(), new RideOf());
        await _lab.Deliver(Requested(ride, "berlin", "standard"));
        await _lab.Deliver(Requested(other, "berlin", "standard"));
        await _lab.Deliver(Refunded(2, total: 3.40m));
        await _lab.Deliver(Refunded(1, total: 1.00m));
        await _lab.Deliver(ride.Captured);
        await _lab.Deliver(other.Captured);

        (await Items($"{Day}&groupBy=city")).ShouldHaveSingleItem()["revenue"]!
            .ToJsonString()
            .ShouldBe("""[{"amount":{"amount":"21.40","currency":"EUR"},"payments":2}]""");

        PaymentRefunded Refunded(int number, decimal total) =>
            new(
                ride.RideId,
                "rider-1",
                ride.PaymentId,
                Guid.CreateVersion7(),
                number,
                Samples.Euro(1),
                [],
                RideOf.Fare,
                Samples.Euro(total),
                "goodwill",
                false,
                RideOf.T0
            );
    }

    [Fact]
    public async Task Utilisation_is_the_time_on_trips_of_the_time_on_duty_in_each_hour()
    {
        var (shift, start) = (Guid.CreateVersion7(), new DateTimeOffset(2026, 1, 10, 10, 30, 0, TimeSpan.Zero));
        await _lab.Deliver(Online(shift, start));
        await _lab.Deliver(new DriverWentOffline("driver-anna", shift, "driver", start.AddHours(2)));
        // 10:50 to 11:20 until it is completed, and 11:30 to 11:45 until it is released.
        var (one, other) = (new RideOf { Start = start }, new RideOf { Start = start });
        await _lab.Deliver(Requested(one, "berlin", "standard"));
        await _lab.Deliver(one.Assigned with { At = start.AddMinutes(20) });
        await _lab.Deliver(one.Completed with { At = start.AddMinutes(50) });
        await _lab.Deliver(Requested(other, "berlin", "standard"));
        await _lab.Deliver(other.Assigned with { At = start.AddMinutes(60) });
        await _lab.Deliver(other.Released with { At = start.AddMinutes(75) });

        Texts(await Items(Day), "hour", "city", "vehicleClass", "onDutySeconds", "onTripSeconds", "utilisation")
            .ShouldBe([
                "2026-01-10T10:00:00Z berlin standard 1800 600 0.3333",
                "2026-01-10T11:00:00Z berlin standard 3600 2100 0.5833",
                "2026-01-10T12:00:00Z berlin standard 1800 0 0",
            ]);
        // The period cuts what reaches beyond it.
        Texts(
                await Items("from=2026-01-10T11:10:00Z&to=2026-01-10T11:40:00Z&groupBy=city"),
                "onDutySeconds",
                "onTripSeconds"
            )
            .ShouldBe(["1800 1200"]);
    }

    [Fact]
    public async Task A_shift_that_goes_on_counts_until_now()
    {
        await _lab.Deliver(Online(Guid.CreateVersion7(), _lab.Now.AddMinutes(-30)));
        var item = (await Items($"{Day}&groupBy=class")).ShouldHaveSingleItem();
        item["onDutySeconds"]!.GetValue<long>().ShouldBe(1800);
    }

    [Fact]
    public async Task The_breakdown_is_the_same_in_any_order_and_with_every_event_twice()
    {
        var (first, second) = (new RideOf(), new RideOf(driver: "driver-bela") { Start = RideOf.T0.AddMinutes(10) });
        var again = new RideOf(driver: "driver-bela") { RideId = first.RideId, Start = RideOf.T0.AddMinutes(9) };
        var shift = Guid.CreateVersion7();
        object[] events =
        [
            .. WholeRide(second),
            Requested(first, "berlin", "standard"),
            first.Assigned,
            first.Arrived,
            first.Released,
            again.Assigned,
            again.Arrived,
            again.Cancelled,
            Online(shift, RideOf.T0),
            new DriverWentOffline("driver-anna", shift, "driver", RideOf.T0.AddHours(1)),
        ];
        foreach (var happened in events)
            await _lab.Deliver(happened);
        var expected = (await Items(Day)).ConvertAll(item => item.ToJsonString());
        expected.Count.ShouldBeGreaterThan(1);

        foreach (var seed in new[] { 1, 2, 3 })
        {
            await using var other = await Open();
            object[] shuffled = [.. events, .. events];
            new Random(seed).Shuffle(shuffled);
            foreach (var happened in shuffled)
                await other.Deliver(happened);
            (await Items(Day, other)).ConvertAll(item => item.ToJsonString()).ShouldBe(expected, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData("groupBy=driver", "groupBy")]
    [InlineData("groupBy=", "groupBy")]
    [InlineData("groupBy=hour,hour", "groupBy")]
    [InlineData("from=2025-01-10T00:00:00Z&to=2026-01-10T00:00:00Z", "from")]
    [InlineData("to=today", "to")]
    public async Task What_cannot_be_grouped_is_refused(string query, string field)
    {
        var client = await _lab.App.As("operator");
        await (await client.GetAsync($"/api/v1/operations/analytics/breakdown?{query}", Stop)).ShouldRefuse(field);
    }

    static IEnumerable<object> WholeRide(RideOf ride) =>
        [
            Requested(ride, "berlin", "standard"),
            ride.Offered,
            ride.Assigned,
            ride.Arrived,
            ride.Started,
            ride.Completed,
            ride.Captured,
        ];

    static RideRequestedV2 Requested(RideOf ride, string city, string vehicleClass) =>
        RideRequestedV2.Upcast(ride.Requested) with
        {
            VehicleClass = vehicleClass,
            Terms = new TripTerms(city, 100, RideOf.Fare, 6100, 900),
        };

    static DriverWentOnline Online(Guid shift, DateTimeOffset at) =>
        new("driver-anna", shift, "Anna", new Vehicle("standard", "B-RB 1", "Testarossa"), Samples.Zoo, at);

    static Task<ModuleLab> Open() =>
        ModuleLab.Open(
            new AnalyticsModule(),
            services => services.AddSingleton<ITariffLocale>(new BerlinAndElsewhere())
        );

    static IEnumerable<string> Texts(IEnumerable<JsonNode?> items, params string[] members) =>
        items.Select(item => string.Join(' ', members.Select(member => item![member]?.ToString())));

    async Task<List<JsonNode>> Items(string query, ModuleLab? lab = null)
    {
        var client = await (lab ?? _lab).App.As("operator");
        var view = await client.GetFromJsonAsync<JsonObject>($"/api/v1/operations/analytics/breakdown?{query}", Stop);
        return [.. view!["items"]!.AsArray().OfType<JsonNode>()];
    }

    sealed class BerlinAndElsewhere : ITariffLocale
    {
        public string Currency => "EUR";

        public TimeZoneInfo TimeZone { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        public TimeZoneInfo TimeZoneOf(string? city) =>
            city == "kathmandu" ? TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu") : TimeZone;

        public string? CityOf(Place place) => "berlin";
    }
}
