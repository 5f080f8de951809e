using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Benchmarks;

namespace RideBooking.IntegrationTests.Rides;

/// <summary>Many riders at once: every ride is paid exactly once, and no driver is ever on two rides.</summary>
public abstract class BusyRideScenarios(RideBookingOn app)
{
    const int Rides = 500;
    const int Drivers = 50;

    [Fact]
    public async Task All_at_once_are_each_paid_exactly_once_and_no_driver_is_on_two()
    {
        var output = TestContext.Current.TestOutputHelper!;
        using var allPaid = new CancellationTokenSource();
        var drivers = await Task.WhenAll(
            Enumerable.Range(0, Drivers).Select(number => app.City.DriverAt(City.Place(52.5 + number * 0.0002, 13.4)))
        );
        var driving = drivers.Select(driver => DriveUntil(driver, allPaid.Token)).ToArray();

        var riders = await Task.WhenAll(Enumerable.Range(0, Rides).Select(_ => app.City.Rider()));
        var rideIds = await Task.WhenAll(riders.Select(rider => rider.Request(City.Alexanderplatz, City.Zoo)));
        // One rider polls at a time: polls of five hundred riders would be the load.
        foreach (var (rider, rideId) in riders.Zip(rideIds))
            await IsPaid(rider, rideId);
        await allPaid.CancelAsync();
        await Task.WhenAll(driving);
        output.WriteLine($"{rideIds.Length} rides by {Drivers} drivers");

        EventLogInvariants.Breaches(await Log(), [.. rideIds.Select(Guid.Parse)]).ShouldBeEmpty();
        await ReadNoHistory();
    }

    /// <summary>Checks that the cost of a ride does not grow with the history, where the database has statistics of it.</summary>
    protected virtual Task ReadNoHistory() => Task.CompletedTask;

    static Task<Answer> IsPaid(Rider rider, string rideId) =>
        rider.Until(
            $"ride {rideId} to be paid",
            $"rides/{rideId}",
            ride => ride.Body!["payment"]!["status"]!.GetValue<string>() == "captured",
            TimeSpan.FromMinutes(15)
        );

    static async Task DriveUntil(Driver driver, CancellationToken done)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
        while (!done.IsCancellationRequested)
        {
            var offers = await driver.Get("drivers/me/offers");
            var offer = (offers.Body as JsonArray ?? offers.Body!["items"]!.AsArray()).FirstOrDefault();
            if (offer is null)
            {
                await pause.WaitForNextTickAsync(CancellationToken.None);
                continue;
            }
            var rideId = offer["rideId"]!.GetValue<string>();
            var accepted = await driver.Post($"offers/{offer["offerId"]}/accept");
            if (accepted.Status != HttpStatusCode.OK)
                continue; // it expired under the load: the ride goes to another driver
            await driver.Until($"ride {rideId}", $"rides/{rideId}", ride => ride.Status == HttpStatusCode.OK);
            await driver.Does(rideId, "arrive");
            await driver.Does(rideId, "start");
            await driver.Does(rideId, "complete");
        }
    }

    async Task<List<JsonElement>> Log()
    {
        var log = new List<JsonElement>();
        var operations = await app.City.Operator();
        while (true)
        {
            var page = (await operations.Get($"events?after={log.Count}&limit=1000")).ShouldBe(HttpStatusCode.OK);
            var items = page.Body!["items"]!.AsArray();
            if (items.Count == 0)
                return log;
            log.AddRange(items.Select(item => JsonSerializer.SerializeToElement(item)));
        }
    }
}

// Ten riders share a driver and wait, on slow machines for long: no ride may end by a timeout.

public sealed class BusyRideBookingOnSqlite(Servers servers) : RideBookingOnSqlite(servers)
{
    protected override string OfferTimeout => "00:01:00";

    protected override string SearchDeadline => "00:30:00";
}

public sealed class BusyRideBookingOnPostgres(Servers servers) : RideBookingOnPostgres(servers)
{
    protected override string OfferTimeout => "00:01:00";

    protected override string SearchDeadline => "00:30:00";
}

public sealed class BusyRideBookingOnSqlServer(Servers servers) : RideBookingOnSqlServer(servers)
{
    protected override string OfferTimeout => "00:01:00";

    protected override string SearchDeadline => "00:30:00";
}
