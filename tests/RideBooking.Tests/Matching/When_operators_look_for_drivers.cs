using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Matching;

/// <summary>The place is far from that of other tests of the same host.</summary>
public sealed class When_operators_look_for_drivers(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static readonly JsonObject s_here = City.Place(-33.45, -70.66);

    [Fact]
    public async Task Each_driver_on_duty_is_listed_with_position_and_what_they_do()
    {
        var operators = await host.City.Operator();
        var driver = await host.City.DriverAt(City.Place(-33.451, -70.661));
        await operators.Until(
            "the driver",
            "operations/drivers?limit=100",
            list => Mine(list)?["status"]?.ToString() == "free"
        );
        var free = Mine(await operators.Get("operations/drivers?limit=100"))!;
        (free["lat"]!.GetValue<double>(), free["lng"]!.GetValue<double>()).ShouldBe((-33.451, -70.661));
        (free["name"]!.ToString(), free["rideId"]).ShouldBe(("Anna", null));

        var rider = await host.City.Rider();
        var ride = await rider.Request((JsonObject)s_here.DeepClone(), City.Place(-33.47, -70.66));
        var offer = await driver.Offer(ride);
        var offered = Mine(await operators.Get("operations/drivers?limit=100"))!;
        (offered["status"]!.ToString(), offered["rideId"]!.ToString()).ShouldBe(("offered", ride));

        await driver.Accept(offer);
        await operators.Until(
            "the driver to be on the ride",
            "operations/drivers?limit=100",
            list => Mine(list)?["status"]?.ToString() == "onRide"
        );

        static JsonNode? Mine(Answer list) =>
            list.Body!["items"]!.AsArray().FirstOrDefault(item => item!["lat"]!.GetValue<double>() < -33);
    }

    [Fact]
    public async Task Pages_follow_each_other_and_only_operators_may_read_them()
    {
        for (var count = 0; count < 3; count++)
            await host.City.DriverAt(City.Place(10 + count, 10));
        var operators = await host.City.Operator();
        await operators.Until(
            "three drivers",
            "operations/drivers?limit=100",
            list => list.Body!["items"]!.AsArray().Count >= 3
        );

        var all = (await operators.Get("operations/drivers?limit=100")).Body!["items"]!.AsArray();
        List<string> paged = [];
        for (string? cursor = ""; cursor is not null; )
        {
            var page = (await operators.Get($"operations/drivers?limit=1{cursor}")).Body!;
            paged.AddRange(page["items"]!.AsArray().Select(item => item!["driverId"]!.ToString()));
            cursor = page["nextCursor"] is { } next ? $"&cursor={next}" : null;
        }

        paged.Distinct().Count().ShouldBe(paged.Count);
        paged.Count.ShouldBeGreaterThanOrEqualTo(all.Count);
        (await (await host.City.Rider()).Get("operations/drivers")).ShouldBe(HttpStatusCode.Forbidden);
    }
}
