using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.Backlogs;

/// <summary>One ride has not changed for hours, and operators see it.</summary>
public sealed class When_rides_are_stuck : IAsyncLifetime
{
    readonly Host _host = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task They_are_counted_in_the_backlog_and_listed()
    {
        var operations = await _host.City.Operator();
        var (stuck, other) = (await Aboard(City.Place(10, 20)), await Aboard(City.Place(20, 30)));
        await using (var scope = _host.Services.CreateAsyncScope())
            await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Set<Ride>()
                .Where(ride => ride.CorrelationId == Guid.Parse(stuck))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(ride => ride.ChangedAt, DateTimeOffset.UtcNow.AddHours(-3)),
                    Stop
                );

        var list = (await operations.Get("operations/rides?stuck=true")).Body!["items"]!.AsArray();
        list.ShouldHaveSingleItem()!["id"]!.ToString().ShouldBe(stuck);
        (await operations.Get("operations/rides?state=driverAssigned")).Body!["items"]!
            .AsArray()
            .Select(ride => ride!["id"]!.ToString())
            .ShouldBe([stuck, other], ignoreOrder: true);
        await operations.Until(
            "the stuck ride in the backlog",
            "operations/backlog",
            answer =>
                answer.Body!["rides"]!
                    .AsArray()
                    .Any(rides =>
                        rides!["state"]!.ToString() == "driverAssigned"
                        && rides["count"]!.GetValue<int>() == 2
                        && rides["stuck"]!.GetValue<int>() == 1
                    )
        );
    }

    async Task<string> Aboard(JsonObject place)
    {
        var (rider, driver) = (await _host.City.Rider(), await _host.City.DriverAt(place));
        var rideId = await rider.Request(
            place,
            City.Place(place["lat"]!.GetValue<double>() + 0.05, place["lng"]!.GetValue<double>())
        );
        await driver.Accept(await driver.Offer(rideId));
        await rider.Sees(rideId, "driverAssigned");
        return rideId;
    }

    /// <summary>The embedded default, which reads its gauges often.</summary>
    public sealed class Host() : HostInProcess(("Metrics:Interval", "00:00:00.200"));
}
