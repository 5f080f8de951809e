using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Events;
using RideBooking.Platform.Events.Archives;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.Archives;

public sealed class When_finished_rides_are_archived(CityLab lab) : IClassFixture<CityLab>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_reads_events_answers_as_before()
    {
        var operations = await lab.City.Operator();
        var (rider, rideId) = await Ride();
        await Ride();
        var before = await Answers(operations, rider, rideId);

        var archived = await Archive();
        archived.ShouldBeGreaterThan(10);
        (await Answers(operations, rider, rideId)).ShouldBe(before);
        (await Deviations(rideId)).ShouldBe(0);
        var listed = (await operations.Get("operations/archives")).Body!["items"]!.AsArray();
        listed.Sum(archive => archive!["events"]!.GetValue<int>()).ShouldBe(archived);
        (await rider.Get("operations/archives")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");

        foreach (var projection in new[] { "notifications", "ride-facts" })
            await Replay(operations, projection);
        (await Answers(operations, rider, rideId)).ShouldBe(before);

        // A rating comes late.
        var events = (await rider.Get($"rides/{rideId}/history")).Body!.AsArray().Count;
        await rider.Post($"rides/{rideId}/rating", new JsonObject { ["stars"] = 5 });
        await lab.Settle();
        var history = (await rider.Get($"rides/{rideId}/history")).Body!.AsArray();
        history.Select(each => each!["stream_version"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, events + 1));
        history[^1]!["event_type"]!.ToString().ShouldBe("RideRated");
        (await Deviations(rideId)).ShouldBe(0);
    }

    [Fact]
    public async Task A_host_without_archives_refuses_to_archive_now()
    {
        var reason = new JsonObject { ["reason"] = "before the backup" };
        (await (await lab.City.Operator()).Post("operations/archives", reason)).ShouldBe(
            HttpStatusCode.Conflict,
            "archiving_off"
        );
        (await (await lab.City.Rider()).Post("operations/archives", reason.DeepClone())).ShouldBe(
            HttpStatusCode.Forbidden,
            "forbidden"
        );
    }

    [Theory]
    [InlineData("7.00:00:00", "at least 8.00:00:00")]
    [InlineData("soon", "positive time span")]
    public void A_limit_that_recovery_does_not_allow_is_refused(string after, string message)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("EventLog:ArchiveAfter", after)])
            .Build();
        Should.Throw<ConfigurationException>(() => ArchiveOptions.Read(configuration)).Message.ShouldContain(message);
    }

    async Task<(Rider, string)> Ride()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
        await lab.Settle();
        return (rider, rideId);
    }

    static async Task<string> Answers(Person operations, Person rider, string rideId)
    {
        var history = (await rider.Get($"rides/{rideId}/history")).Body!.AsArray();
        var instant = Uri.EscapeDataString(history[4]!["timestamp"]!.ToString());
        var last = Uri.EscapeDataString(history[^1]!["timestamp"]!.ToString());
        var answers = new List<string> { history.ToJsonString() };
        foreach (
            var path in new[]
            {
                "events?limit=1000",
                "events?limit=1000&type=DriverAssigned,PaymentCaptured",
                $"events?rideId={rideId}&type=DriverAssigned",
                $"rides/{rideId}?atVersion=3",
                $"rides/{rideId}?asOf={instant}",
                $"operations/rides/{rideId}/diff?from={instant}&to={last}",
            }
        )
            answers.Add((await operations.Get(path)).ShouldBe(HttpStatusCode.OK).Body!.ToJsonString());
        foreach (var path in new[] { $"rides/{rideId}/receipt", "riders/me/notifications" })
            answers.Add((await rider.Get(path)).ShouldBe(HttpStatusCode.OK).Body!.ToJsonString());
        return string.Join('\n', answers);
    }

    /// <returns>How many events were archived.</returns>
    async Task<int> Archive()
    {
        var store = lab.Services.GetRequiredService<ArchiveStore>();
        var archiver = new Archiver(store, lab.Services.GetRequiredService<TimeProvider>(), streamsPerArchive: 1);
        for (var events = 0; ; )
        {
            await using var scope = lab.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            while (await HashChain.Extend(db, Stop) == HashChain.BatchSize) { }
            var id = (await archiver.Claim(db, Stop)).ShouldNotBeNull();
            var finished = scope.ServiceProvider.GetRequiredService<IFinishedStreams>();
            if (await archiver.Next(db, id, lab.Now.AddDays(1), long.MaxValue, finished, Stop) is not { } archive)
                return events;
            events += archive.Events;
        }
    }

    async Task<int> Deviations(string rideId)
    {
        await using var scope = lab.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        while (await HashChain.Extend(db, Stop) == HashChain.BatchSize) { }
        var (events, deviations) = await db.Verify(0, await db.LastChained(Stop), 1000, Stop);
        events.Count.ShouldBe((int)await db.LastPosition(Stop));
        var rides = scope.ServiceProvider.GetRequiredService<IAuditedState>();
        return deviations.Count + (await rides.Compare([Guid.Parse(rideId)], Stop)).Count;
    }

    static async Task Replay(Person operations, string projection)
    {
        var replay = await operations.Post(
            "operations/replays",
            new JsonObject { ["projection"] = projection, ["reason"] = "reads archives" }
        );
        await WaitFor.TrueAsync(
            "the replay is completed",
            async () => (await operations.Get($"operations/replays/{replay.Text("id")}")).Text("status") == "completed"
        );
    }
}
