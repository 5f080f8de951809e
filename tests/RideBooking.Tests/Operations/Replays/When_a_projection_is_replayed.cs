using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.Replays;

public sealed class When_a_projection_is_replayed(CityLab lab) : IClassFixture<CityLab>
{
    const string Summary = "operations/analytics/summary";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_new_rows_equal_the_live_ones_and_replace_them()
    {
        var operations = await lab.City.Operator();
        var rider = await Ride();
        var notifications = (await rider.Get("riders/me/notifications")).Body!.ToJsonString();
        var summary = (await operations.Get(Summary)).Body!["rides"]!.ToJsonString();
        var before = await Rows();

        foreach (var projection in new[] { "earnings", "notifications", "offer-facts", "ride-facts", "shift-facts" })
        {
            var replay = (await Request(operations, projection)).ShouldBe(HttpStatusCode.Accepted);
            replay.Response.Headers.Location!.ToString().ShouldEndWith(replay.Text("id"));
            var completed = await Until(operations, replay.Text("id"), "completed");
            completed["progress"]!.GetValue<double>().ShouldBe(1);
            completed["parked"]!.GetValue<int>().ShouldBe(0);
        }

        // Byte for byte, except for the generation.
        await WaitFor.TrueAsync("the old rows are deleted", async () => await IsCleanedUp());
        (await Rows()).ShouldBe(before);
        (await rider.Get("riders/me/notifications")).Body!.ToJsonString().ShouldBe(notifications);
        (await operations.Get(Summary)).Body!["rides"]!.ToJsonString().ShouldBe(summary);

        // The new generation goes on with what happens now.
        var other = await Ride();
        (await other.Get("riders/me/notifications")).Body!["items"]!.AsArray().Count.ShouldBeGreaterThan(5);

        var listed = (await operations.Get("operations/replays")).Body!["items"]!.AsArray();
        listed.Count(replay => replay!["status"]!.ToString() == "completed").ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_slow_replay_runs_alone_and_leaves_nothing_when_it_is_cancelled()
    {
        var operations = await lab.City.Operator();
        var rider = await Ride();
        var notifications = (await rider.Get("riders/me/notifications")).Body!.ToJsonString();

        var replay = (await Request(operations, "notifications", ("ratePerSecond", 1))).ShouldBe(
            HttpStatusCode.Accepted
        );
        (await Request(operations, "notifications")).ShouldBe(HttpStatusCode.Conflict, "replay_running");
        (await rider.Get("riders/me/notifications")).Body!.ToJsonString().ShouldBe(notifications);

        var itself = $"operations/replays/{replay.Text("id")}";
        await WaitFor.TrueAsync(
            "it has read an event",
            async () => (await operations.Get(itself)).Body!["position"]!.GetValue<long>() > 0
        );
        var cancel = $"{itself}/cancel";
        var reason = new JsonObject { ["reason"] = "too slow" };
        (await operations.Post(cancel, reason)).ShouldBe(HttpStatusCode.OK).Text("status").ShouldBe("cancelled");
        (await operations.Post(cancel, reason)).ShouldBe(HttpStatusCode.OK);
        await WaitFor.TrueAsync("its rows are deleted", async () => await IsCleanedUp());
        (await operations.Get(itself)).Body!["position"]!.GetValue<long>().ShouldBePositive();
        (await rider.Get("riders/me/notifications")).Body!.ToJsonString().ShouldBe(notifications);
    }

    [Fact]
    public async Task From_a_position_its_rows_contain_only_what_follows()
    {
        var operations = await lab.City.Operator();
        var rider = await Ride();
        var last = (await operations.Get("events?limit=1000")).Body!["next"]!.GetValue<long>();

        var replay = (await Request(operations, "offer-facts", ("from", last))).ShouldBe(HttpStatusCode.Accepted);
        await Until(operations, replay.Text("id"), "completed");
        (await operations.Get(Summary)).Body!["acceptance"]!["offered"]!.GetValue<int>().ShouldBe(0);

        replay = (await Request(operations, "offer-facts", ("fromInstant", "2020-01-01T00:00:00Z"))).ShouldBe(
            HttpStatusCode.Accepted
        );
        await Until(operations, replay.Text("id"), "completed");
        (await operations.Get(Summary)).Body!["acceptance"]!["offered"]!.GetValue<int>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_refused()
    {
        var operations = await lab.City.Operator();
        (await Request(operations, "charge-rider")).ShouldBe(HttpStatusCode.NotFound, "subscription_not_found");
        (await Request(operations, "ride-facts", ("from", 1_000_000))).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        // "2999…" would replace the rows by none.
        foreach (var instant in new[] { "yesterday", "2999-01-01T00:00:00Z" })
            (await Request(operations, "ride-facts", ("fromInstant", instant))).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation_failed"
            );
        (await Request(operations, "ride-facts", ("ratePerSecond", 0))).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        (await operations.Get($"operations/replays/{Guid.CreateVersion7()}")).ShouldBe(
            HttpStatusCode.NotFound,
            "replay_not_found"
        );
        (await (await lab.City.Rider()).Get("operations/replays")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
    }

    async Task<Rider> Ride()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
        await lab.Settle();
        return rider;
    }

    static Task<Answer> Request(Person operations, string projection, params (string Name, JsonNode Value)[] more)
    {
        var request = new JsonObject { ["projection"] = projection, ["reason"] = "its code has changed" };
        foreach (var (name, value) in more)
            request[name] = value;
        return operations.Post("operations/replays", request);
    }

    static async Task<JsonNode> Until(Person operations, string id, string status)
    {
        Answer? answer = null;
        await WaitFor.TrueAsync(
            $"replay {id} is {status}",
            async () => (answer = await operations.Get($"operations/replays/{id}")).Text("status") == status
        );
        return answer!.Body!;
    }

    /// <summary>All rows of all generations, as text without the generation.</summary>
    Task<List<string>> Rows() =>
        In(async db =>
        {
            var rows = new List<string>();
            foreach (
                var table in new[]
                {
                    "analytics_ride_facts",
                    "analytics_offer_facts",
                    "analytics_shift_facts",
                    "drivers_earnings",
                    "notifications_notifications",
                }
            )
            {
                var connection = db.Database.GetDbConnection();
                await db.Database.OpenConnectionAsync(Stop);
                await using var command = connection.CreateCommand();
                command.CommandText = $"SELECT * FROM {table}";
                await using var reader = await command.ExecuteReaderAsync(Stop);
                while (await reader.ReadAsync(Stop))
                    rows.Add(
                        string.Join(
                            '|',
                            Enumerable
                                .Range(0, reader.FieldCount)
                                .Where(n => reader.GetName(n) != "generation")
                                .Select(n => $"{reader.GetName(n)}={reader.GetValue(n)}")
                        )
                    );
            }
            rows.Sort(StringComparer.Ordinal);
            return rows;
        });

    Task<bool> IsCleanedUp() => In(db => db.Set<Subscription>().AllAsync(row => row.IsLive, Stop));

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = lab.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
