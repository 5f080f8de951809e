using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Matching;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Host;

/// <summary>
/// A host of an earlier version stopped with rides, payments and timers in flight (infra/upgrade-database.sh wrote its
/// database). The present version migrates the database and brings each of them to its end.
/// </summary>
public sealed class When_a_database_of_an_earlier_version_is_upgraded
{
    // A payment of a ride that has ended is in one of these.
    static readonly string[] s_settled = ["none", "captured", "refunded", "writtenOff"];

    // Those of the earlier host, so that this machine may be slow.
    static readonly (string, string)[] s_settings =
    [
        ("Matching:OfferTimeout", "00:05:00"),
        ("Matching:SearchDeadline", "00:30:00"),
    ];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("before-whole-ride")]
    public async Task Every_ride_payment_and_timer_goes_on_to_its_end(string version)
    {
        var before = await EarlierHost.Read(version);
        await using var lab = await CityLab.StartOn(before.CopyDatabase, before.At, s_settings);
        var rides = new Dictionary<string, RideInFlight>(StringComparer.Ordinal);
        foreach (var (name, ride) in before.Rides)
            rides.Add(name, await RideInFlight.SignIn(lab.City, ride));
        await AreAsTheyWereLeft(rides);

        // What has the shortest time comes first: the lab's clock runs.
        await rides["offeredToAccept"].Accept();
        await rides["offeredToCancel"].CancelByRider();
        await rides["searchingToFind"].IsTakenByAnotherDriver(lab.City);
        await rides["requestedUnsent"].IsTakenByAnotherDriver(lab.City);
        await rides["assignedToCancel"].CancelByRider();
        var released = rides["assignedToRelease"];
        await released.Does("release", new JsonObject { ["reason"] = "a flat tyre" });
        await released.IsTakenByAnotherDriver(lab.City);

        RideInFlight[] trips =
        [
            rides["assignedToArrive"],
            rides["acceptedUnsent"],
            rides["offeredToAccept"],
            rides["searchingToFind"],
            rides["requestedUnsent"],
            released,
        ];
        foreach (var ride in trips)
        {
            await ride.DriverIsAt(ride.Pickup);
            await ride.Does("arrive");
            await ride.Does("start");
        }
        await rides["arrivedToStart"].Does("start");
        var operations = await lab.City.Operator();
        foreach (var (ride, action) in new[] { ("Complete", "complete"), ("Cancel", "cancel") })
            (
                await operations.Post(
                    $"operations/rides/{rides[$"inProgressToForce{ride}"].Id}/force-{action}",
                    new JsonObject { ["reason"] = "upgrade" }
                )
            ).ShouldBe(HttpStatusCode.Accepted);

        await lab.Advance(TimeSpan.FromMinutes(6));
        var absent = rides["arrivedToNoShow"];
        await absent.DriverIsAt(absent.Pickup);
        await absent.Does("no-show");
        // Its driver did not answer before the offer expired.
        await rides["offeredToExpire"].IsTakenByAnotherDriver(lab.City);
        await rides["offeredToExpire"].Does("arrive");
        await rides["offeredToExpire"].Does("start");

        await lab.Advance(TimeSpan.FromMinutes(25));
        foreach (
            var ride in trips.Concat([rides["arrivedToStart"], rides["inProgressToComplete"], rides["offeredToExpire"]])
        )
        {
            await ride.DriverIsAt(ride.Dropoff);
            await ride.Does("complete", new JsonObject { ["distanceMeters"] = 6100 });
        }

        // Every retry of a payment and every other timer that was scheduled before the upgrade is due.
        await lab.Advance(TimeSpan.FromHours(27));
        // The tokens of the day before have expired.
        foreach (var (name, ride) in before.Rides)
            rides[name] = await RideInFlight.SignIn(lab.City, ride);
        operations = await lab.City.Operator();
        var owing = rides["outstanding"].Rider;
        (
            await owing.Post(
                "riders/me/payment-methods",
                new JsonObject { ["token"] = "tok_visa", ["makeDefault"] = true }
            )
        ).ShouldBe(HttpStatusCode.Created);
        (await owing.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();

        await AreEnded(rides, lab);
        await NothingIsReservedOrFailed(lab, operations);
        await TheEventLogExplainsEveryRide(operations);
    }

    static async Task AreAsTheyWereLeft(Dictionary<string, RideInFlight> rides)
    {
        foreach (
            var (name, status) in new[]
            {
                ("captured", "completed"),
                ("cancelledForFree", "cancelled"),
                ("noDriverFound", "noDriverFound"),
                ("searchingToEnd", "requested"),
                ("offeredToAccept", "requested"),
                ("assignedToArrive", "driverAssigned"),
                ("arrivedToStart", "driverArrived"),
                ("inProgressToComplete", "inProgress"),
                ("retryingLost", "completed"),
            }
        )
            (await rides[name].Read()).Text("status").ShouldBe(status, name);
        (await rides["outstanding"].PaymentStatus()).ShouldBe("outstanding");
        (await rides["captured"].PaymentStatus()).ShouldBe("captured");
    }

    static async Task AreEnded(Dictionary<string, RideInFlight> rides, CityLab lab)
    {
        foreach (var (name, ride) in rides)
        {
            var status = (await ride.Read()).Text("status");
            status.ShouldBe(
                name switch
                {
                    "noDriverFound" or "searchingToEnd" => "noDriverFound",
                    "cancelledForFree"
                    or "offeredToCancel"
                    or "assignedToCancel"
                    or "arrivedToNoShow"
                    or "inProgressToForceCancel" => "cancelled",
                    _ => "completed",
                },
                name
            );
            var payment = await ride.PaymentStatus();
            if (status == "completed")
                payment.ShouldBe("captured", name);
            s_settled.ShouldContain(payment, name);

            var events = await ride.History();
            foreach (var once in new[] { "RideRequested", "PaymentCaptured", "ReceiptIssued" })
                events
                    .Count(type => type == once)
                    .ShouldBe(once == "RideRequested" || payment == "captured" ? 1 : 0, $"{once} of {name}");
            var captures = await In(
                lab,
                db => db.Ledger(ride.Guid).CountAsync(charge => charge.Outcome == SandboxCharge.Captured, Stop)
            );
            captures.ShouldBe(payment == "captured" ? 1 : 0, $"captures of {name}");
        }
    }

    static async Task NothingIsReservedOrFailed(CityLab lab, Person operations)
    {
        (await operations.ErrorQueues()).ShouldBeEmpty();
        await In(
            lab,
            async db =>
            {
                (await db.Set<Offer>().CountAsync(offer => offer.ActiveDriverId != null, Stop)).ShouldBe(0);
                (await db.Set<Candidate>().CountAsync(driver => driver.ReservedRideId != null, Stop)).ShouldBe(0);
                return true;
            }
        );
    }

    static async Task TheEventLogExplainsEveryRide(Person operations)
    {
        var requested = (await operations.Post("operations/audits")).ShouldBe(HttpStatusCode.Accepted);
        Answer? audit = null;
        await WaitFor.TrueAsync(
            "the audit",
            async () =>
                (audit = await operations.Get($"operations/audits/{requested.Text("id")}")).Text("status")
                == "completed"
        );
        audit!.Body!["deviations"]!.AsArray().ShouldBeEmpty(audit.Body.ToJsonString());
        audit.Body["rides"]!.GetValue<int>().ShouldBeGreaterThan(20);
    }

    static async Task<T> In<T>(CityLab lab, Func<AppDbContext, Task<T>> use)
    {
        await using var scope = lab.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    /// <summary>What the script wrote: the database, its time, and the rides by what they wait for.</summary>
    sealed record EarlierHost(
        DateTimeOffset At,
        IReadOnlyDictionary<string, EarlierHost.Ride> Rides,
        string Version = ""
    )
    {
        public static async Task<EarlierHost> Read(string version)
        {
            await using var file = Open($"{version}.json");
            var read = await JsonSerializer.DeserializeAsync<EarlierHost>(file, JsonSerializerOptions.Web, Stop);
            return read! with { Version = version };
        }

        public async Task CopyDatabase(Stream target)
        {
            await using var file = Open($"{Version}.db.gz");
            await using var database = new GZipStream(file, CompressionMode.Decompress);
            await database.CopyToAsync(target, Stop);
        }

        static Stream Open(string name) =>
            typeof(EarlierHost).Assembly.GetManifestResourceStream($"upgrade/{name}")
            ?? throw new InvalidOperationException($"infra/upgrade/{name} is missing.");

        public sealed record Ride(string RideId, string RiderId, string? DriverId, int Corner);
    }

    sealed class RideInFlight(EarlierHost.Ride ride, Rider rider, Driver? driver)
    {
        // Greater than the earlier host's, which no restart resets.
        int _sequence = 1000;
        Driver? _driver = driver;

        public string Id => ride.RideId;
        public Guid Guid => Guid.Parse(ride.RideId);
        public Rider Rider => rider;
        public JsonObject Pickup => City.Place(-60 + ride.Corner * 3, 10);
        public JsonObject Dropoff => City.Place(-60 + ride.Corner * 3, 10.08);

        Driver Driver => _driver ?? throw new InvalidOperationException($"The ride {Id} has no driver.");

        public static async Task<RideInFlight> SignIn(City city, EarlierHost.Ride ride) =>
            new(
                ride,
                await city.Rider(ride.RiderId),
                ride.DriverId is { } driver ? await city.KnownDriver(driver) : null
            );

        public async Task<Answer> Read() => (await rider.Get($"rides/{Id}")).ShouldBe(HttpStatusCode.OK);

        public async Task<string> PaymentStatus() => (await Read()).Body!["payment"]!["status"]!.GetValue<string>();

        public async Task<List<string>> History()
        {
            var history = (await rider.Get($"rides/{Id}/history")).ShouldBe(HttpStatusCode.OK).Body!;
            return [.. history.AsArray().Select(e => e!["event_type"]!.GetValue<string>())];
        }

        public async Task Accept() => await Driver.Accept(await Driver.Offer(Id));

        public async Task CancelByRider() =>
            (await rider.Post($"rides/{Id}/cancel", new JsonObject { ["reason"] = "rain" })).ShouldBe(
                HttpStatusCode.Accepted
            );

        public async Task IsTakenByAnotherDriver(City city)
        {
            _driver = await city.DriverAt(Pickup);
            try
            {
                await Accept();
            }
            catch (TimeoutException exception)
            {
                throw new TimeoutException(
                    $"{(await Read()).Body} with {string.Join(", ", await History())} was not offered to another driver.",
                    exception
                );
            }
        }

        public async Task DriverIsAt(JsonObject place)
        {
            var report = (JsonObject)place.DeepClone();
            report["sequence"] = ++_sequence;
            (await Driver.Put("drivers/me/location", report)).ShouldBe(HttpStatusCode.NoContent);
        }

        public Task Does(string step, JsonObject? body = null) => Driver.Does(Id, step, body);
    }
}
