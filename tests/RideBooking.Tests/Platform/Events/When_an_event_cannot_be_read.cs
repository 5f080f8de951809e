using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Platform.Events;

/// <summary>An event of the log was changed in the database, or is of a newer version than this host knows.</summary>
public sealed class When_an_event_cannot_be_read(When_an_event_cannot_be_read.Host host)
    : IClassFixture<When_an_event_cannot_be_read.Host>
{
    const string Damaged = "not JSON but Xylophone Street 7";
    const string Batch = "application/cloudevents-batch+json";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json")]
    [InlineData(Batch)]
    public async Task A_page_ends_before_it_and_the_next_one_is_refused_with_its_name(string accept)
    {
        var watcher = await host.City.Operator();
        var (ride, before) = await PublishThree();
        var damaged = await Change(before + 2, Damaged);

        (await Positions(watcher, ride, before, accept)).ShouldBe([before + 1]);
        using var refused = await Ask(watcher, $"events?after={before + 1}&rideId={ride}", accept);
        ShouldName(damaged, await refused.ShouldBeProblem(500, "event_unreadable"));
        (await Positions(watcher, ride, before + 2, accept)).ShouldBe([before + 3]);

        host.Log.Entries.Count(line =>
                line.Level == LogLevel.Error
                && line.Category.EndsWith("ProblemForException", StringComparison.Ordinal)
                && line.Message.Contains($"{damaged.EventId}", StringComparison.Ordinal)
            )
            .ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&format=cloudevents")]
    public async Task A_live_stream_sends_the_events_before_it_and_ends_with_the_problem(string format)
    {
        var watcher = await host.City.Operator();
        var (ride, before) = await PublishThree();
        var damaged = await Change(before + 2, Damaged);

        var sent = await Follow(watcher, $"events/stream?after={before}&rideId={ride}{format}");

        sent.Select(one => one.EventType).ShouldBe([nameof(NoDriverFound), "problem"]);
        // Without a position of its own, after which a client would continue.
        (sent[1].EventId ?? sent[0].EventId).ShouldBe(sent[0].EventId);
        sent[1].ReconnectionInterval.ShouldBe(TimeSpan.FromMinutes(1));
        ShouldName(damaged, JsonElement.Parse(sent[1].Data));
    }

    [Fact]
    public async Task A_ride_is_shown_as_it_was_before_it_and_everything_else_names_it()
    {
        var (operations, rider) = (await host.City.Operator(), await host.City.Rider());
        var ride = await CancelledRide(rider);
        var cancelled = await Event(ride, nameof(RideCancelled));
        cancelled.Subject.ShouldNotBeNull("it has encrypted members");
        await Change(cancelled.Position!.Value, Damaged);

        var now = Instant.Format(DateTimeOffset.UtcNow);
        foreach (
            var path in new[]
            {
                $"rides/{ride}/history",
                $"rides/{ride}?atVersion={cancelled.StreamVersion}",
                $"rides/{ride}?asOf={now}",
                $"operations/rides/{ride}/diff?from=2026-01-10T10:10:00Z&to={now}",
            }
        )
        {
            using var refused = await Ask(operations, path, "application/json");
            ShouldName(cancelled, await refused.ShouldBeProblem(500, "event_unreadable"));
        }
        (await rider.Get($"rides/{ride}?atVersion={cancelled.StreamVersion - 1}")).ShouldBe(HttpStatusCode.OK);

        var sent = await Follow(rider, $"rides/{ride}/events");
        sent.Select(one => one.EventType).ShouldBe([nameof(RideRequested), "problem"]);
        ShouldName(cancelled, JsonElement.Parse(sent[^1].Data));
    }

    [Fact]
    public async Task One_without_a_required_member_is_shown_as_it_is_and_not_folded()
    {
        var rider = await host.City.Rider();
        var ride = await CancelledRide(rider);
        var cancelled = await Event(ride, nameof(RideCancelled));
        await Change(cancelled.Position!.Value, $$"""{"rideId":"{{ride}}"}""");

        var history = (await rider.Get($"rides/{ride}/history")).ShouldBe(HttpStatusCode.OK).Body!.AsArray();
        history[cancelled.StreamVersion!.Value - 1]!["payload"]!.AsObject().Count.ShouldBe(1);
        using var refused = await Ask(rider, $"rides/{ride}?atVersion={cancelled.StreamVersion}", "application/json");
        ShouldName(cancelled, await refused.ShouldBeProblem(500, "event_unreadable"));
    }

    [Fact]
    public async Task One_of_an_unknown_version_is_shown_as_it_is_and_does_not_change_the_ride()
    {
        var rider = await host.City.Rider();
        var ride = await CancelledRide(rider);
        var cancelled = await Event(ride, nameof(RideCancelled));
        await In(db =>
            db.Set<LoggedEvent>()
                .Where(row => row.Position == cancelled.Position)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 9), Stop)
        );

        var history = (await rider.Get($"rides/{ride}/history")).ShouldBe(HttpStatusCode.OK).Body!.AsArray();
        history[cancelled.StreamVersion!.Value - 1]!["version"]!.GetValue<int>().ShouldBe(9);
        (await rider.Get($"rides/{ride}?atVersion={cancelled.StreamVersion}"))
            .ShouldBe(HttpStatusCode.OK)
            .Text("status")
            .ShouldBe("requested");
    }

    [Fact]
    public async Task A_replay_parks_it_and_reads_on()
    {
        var (operations, rider) = (await host.City.Operator(), await host.City.Rider());
        var ride = await CancelledRide(rider);
        var cancelled = await Event(ride, nameof(RideCancelled));
        await Change(cancelled.Position!.Value, Damaged);

        var replay = await operations.Post(
            "operations/replays",
            new JsonObject { ["projection"] = "ride-facts", ["reason"] = "an event was changed" }
        );
        await operations.Until(
            "the replay to be completed",
            $"operations/replays/{replay.Text("id")}",
            answer => answer.Text("status") == "completed"
        );

        var parked = await operations.Get("operations/subscriptions/ride-facts/parked-events?limit=100");
        parked.Body!["items"]!.AsArray().ShouldContain(row => row!["position"]!.GetValue<long>() == cancelled.Position);
    }

    [Fact]
    public async Task A_failed_message_of_its_ride_is_still_shown()
    {
        var (operations, rider) = (await host.City.Operator(), await host.City.Rider());
        var ride = await CancelledRide(rider);
        await Change((await Event(ride, nameof(RideCancelled))).Position!.Value, Damaged);
        var id = Guid.CreateVersion7();
        await host.Services.Put(
            "end-search",
            RawMessages.Envelope(id, "RideCompleted", new JsonObject { ["rideId"] = ride, ["riderId"] = 12 }),
            id.ToString()
        );
        var failed = await operations.Until(
            "the failed message",
            $"operations/failed-messages?queue=end-search_error&rideId={ride}",
            answer => answer.Body!["items"]!.AsArray().Count == 1
        );

        var shown = await operations.Get($"operations/failed-messages/{failed.Body!["items"]![0]!["id"]}");

        shown.ShouldBe(HttpStatusCode.OK).Body!["ride"]!["status"].ShouldBeNull();
    }

    static void ShouldName(LoggedEvent damaged, JsonElement problem)
    {
        problem.GetProperty("code").GetString().ShouldBe("event_unreadable");
        problem.GetProperty("position").GetInt64().ShouldBe(damaged.Position!.Value);
        problem.GetProperty("eventId").GetGuid().ShouldBe(damaged.EventId);
        problem.GetProperty("eventType").GetString().ShouldBe(damaged.EventType);
        problem.GetProperty("version").GetInt32().ShouldBe(damaged.Version);
        problem.GetProperty("streamId").GetString().ShouldBe(damaged.StreamId);
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
        var detail = problem.GetProperty("detail").GetString()!;
        foreach (
            var name in new[]
            {
                $"{damaged.EventType} {damaged.EventId}",
                $"position {damaged.Position},",
                damaged.StreamId,
                $"after={damaged.Position}.",
            }
        )
            detail.ShouldContain(name);
        problem.GetRawText().ShouldNotContain("Xylophone");
    }

    static async Task<IReadOnlyList<long>> Positions(Person watcher, Guid ride, long after, string accept)
    {
        using var answer = await Ask(watcher, $"events?after={after}&rideId={ride}", accept);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = await answer.Body();
        var items = accept == Batch ? body : body.GetProperty("items");
        var positions = items
            .EnumerateArray()
            .Select(item => long.Parse(item.GetProperty("position").ToString()))
            .ToList();
        if (accept == Batch)
            answer.Headers.GetValues("Link").Single().ShouldContain($"after={positions[^1]}&");
        else
            body.GetProperty("next").GetInt64().ShouldBe(positions[^1]);
        return positions;
    }

    static async Task<HttpResponseMessage> Ask(Person person, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        return await person.Send(request);
    }

    /// <summary>Returns all that a stream sends until it ends.</summary>
    static async Task<List<SseItem<string>>> Follow(Person person, string path)
    {
        using var answer = await Ask(person, path, "text/event-stream");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync(Stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(WaitFor.Limit);
        return await SseParser.Create(body).EnumerateAsync(limit.Token).ToListAsync(limit.Token);
    }

    static async Task<string> CancelledRide(Rider rider)
    {
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);
        (await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" })).ShouldBe(
            HttpStatusCode.Accepted
        );
        await rider.Sees(ride, "cancelled");
        return ride;
    }

    Task<LoggedEvent> Event(string ride, string type) =>
        In(async db =>
        {
            await Sequencer.CatchUp(db, Stop);
            return await db.Set<LoggedEvent>()
                .AsNoTracking()
                .SingleAsync(row => row.StreamId == ride && row.EventType == type, Stop);
        });

    Task<LoggedEvent> Change(long position, string payload) =>
        In(async db =>
        {
            var rows = db.Set<LoggedEvent>().AsNoTracking().Where(row => row.Position == position);
            await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.StoredPayload, payload), Stop);
            return await rows.SingleAsync(Stop);
        });

    /// <summary>Publishes three events in one transaction.</summary>
    /// <returns>Their ride, and the position before the first.</returns>
    async Task<(Guid Ride, long Before)> PublishThree()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
        var ride = Guid.CreateVersion7();
        for (var number = 1; number <= 3; number++)
            await publish.Publish(new NoDriverFound(ride, "r", number, DateTimeOffset.UnixEpoch), Stop);
        await db.SaveChangesAsync(Stop);
        await Sequencer.CatchUp(db, Stop);
        var first = await db.Set<LoggedEvent>()
            .Where(row => row.StreamId == ride.ToString())
            .MinAsync(row => row.Position, Stop);
        return (ride, first!.Value - 1);
    }

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    /// <summary>The embedded default, which tries to apply an event once.</summary>
    public sealed class Host() : HostInProcess(("Subscriptions:Retry", ""))
    {
        internal CapturedLog Log { get; } = new();

        protected override void Configure(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(Log);
    }
}
