using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>The rider sees where the driver is, in the ride's live stream.</summary>
public sealed class When_a_rider_follows_their_driver : IAsyncLifetime
{
    CityLab _lab = null!;
    int _sequence;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _lab = await CityLab.Start(("Matching:OfferTimeout", "01:00:00"), ("Matching:SearchDeadline", "10:00:00"));

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task The_location_comes_from_the_assignment_until_the_completion_and_without_an_id()
    {
        var (rider, driver) = (await _lab.City.Rider(), await _lab.City.DriverAt(Place(0)));
        var ride = await rider.Request(Place(0), City.Zoo);
        await using var events = Open(rider, ride, Stop);
        await driver.Accept(await driver.Offer(ride));

        (await Next(events, "driverLocation")).Lat().ShouldBe(52.5);
        await IsAt(driver, 1);
        var moved = await Next(events, "driverLocation");
        (moved.Lat(), moved.EventId).ShouldBe((52.501, null));

        await driver.Does(ride, "arrive");
        await driver.Does(ride, "start");
        await IsAt(driver, 2);
        (await Next(events, "driverLocation")).Lat().ShouldBe(52.502);
        await driver.Does(ride, "complete", new JsonObject { ["distanceMeters"] = 6100 });
        await IsAt(driver, 3);

        // Everything after the completion until the last event of the ride.
        var later = new List<string>();
        var completed = false;
        while (await events.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop))
        {
            var type = events.Current.EventType;
            completed |= type == "RideCompleted";
            if (completed)
                later.Add(type);
            if (type == "ReceiptIssued")
                break;
        }
        later.ShouldContain("PaymentCaptured");
        later.ShouldNotContain("driverLocation");
    }

    [Fact]
    public async Task Neither_the_driver_nor_an_operator_receives_it()
    {
        var (rider, driver) = (await _lab.City.Rider(), await _lab.City.DriverAt(Place(0)));
        var ride = await rider.Request(Place(0), City.Zoo);
        await driver.Accept(await driver.Offer(ride));
        await using var ofRider = Open(rider, ride, Stop);
        await Next(ofRider, "driverLocation");

        await IsAt(driver, ++_sequence);
        await Next(ofRider, "driverLocation");
        await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "rain" });

        foreach (var person in new Person[] { driver, await _lab.City.Operator() })
        {
            await using var events = Open(person, ride, Stop);
            var types = new List<string>();
            while (types.LastOrDefault() != "RideCancelled")
            {
                (await events.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop)).ShouldBeTrue();
                types.Add(events.Current.EventType);
            }
            types.ShouldContain("DriverAssigned");
            types.ShouldNotContain("driverLocation");
        }
    }

    [Fact]
    public async Task However_often_the_driver_reports_the_stream_has_one_location_a_second_and_the_newest()
    {
        var driver = await _lab.City.DriverAt(Place(0));
        var id = (await driver.Get("drivers/me")).Body!["profile"]!["driverId"]!.ToString();
        var clock = new FakeTimeProvider();
        using var locations = new DriverLocations(
            _lab.Services.GetRequiredService<IServiceScopeFactory>(),
            clock,
            NullLogger<DriverLocations>.Instance
        );
        await locations.StartAsync(Stop);
        using var follower = locations.Follow(id);
        (await follower.Next(Stop)).Lat.ShouldBe(52.5);

        for (var second = 1; second <= 3; second++)
        {
            var next = follower.Next(Stop).AsTask();
            for (var report = 1; report <= 4; report++)
                await IsAt(driver, 10 * second + report);
            next.IsCompleted.ShouldBeFalse();
            await WaitFor.TrueAsync(
                "the location of this second",
                () =>
                {
                    clock.Advance(DriverLocations.Interval);
                    return Task.FromResult(next.IsCompleted);
                }
            );
            (await next).Lat.ShouldBe(52.5 + (10 * second + 4) / 1000.0, 1e-9);
        }
        await locations.StopAsync(Stop);
    }

    async Task IsAt(Driver driver, int step)
    {
        var report = Place(step);
        report["sequence"] = ++_sequence + 100;
        (await driver.Put("drivers/me/location", report)).ShouldBe(HttpStatusCode.NoContent);
    }

    static IAsyncEnumerator<SseItem<string>> Open(Person person, string ride, CancellationToken cancellationToken) =>
        Listen(person, ride, cancellationToken).GetAsyncEnumerator(cancellationToken);

    static async IAsyncEnumerable<SseItem<string>> Listen(
        Person person,
        string ride,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var answer = await person.Send(new HttpRequestMessage(HttpMethod.Get, $"rides/{ride}/events"));
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
            yield return item;
    }

    static async Task<SseItem<string>> Next(IAsyncEnumerator<SseItem<string>> events, string type)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop))
            if (events.Current.EventType == type)
                return events.Current;
        throw new InvalidOperationException($"The stream ended before {type}.");
    }

    static JsonObject Place(int step) => City.Place(52.5 + step / 1000.0, 13.4);
}

static class DriverLocationData
{
    public static double Lat(this SseItem<string> location) =>
        JsonNode.Parse(location.Data)!["lat"]!.GetValue<double>();
}
