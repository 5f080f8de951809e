using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.EventLog;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Events;

/// <summary>GET /events/stream in the real application, on SQLite.</summary>
public sealed class When_operators_follow_the_event_log(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Past_events_come_first_then_each_as_it_happens_and_they_equal_those_of_the_pages()
    {
        var watcher = await host.City.Operator();
        var before = await Publish(Guid.CreateVersion7(), 3) - 3;
        await using var stream = Follow(watcher, $"after={before}").GetAsyncEnumerator(Stop);
        var seen = await Next(stream, 3);
        await Publish(Guid.CreateVersion7(), 2);
        seen.AddRange(await Next(stream, 2));

        var page = (await watcher.Get($"events?after={before}")).ShouldBe(HttpStatusCode.OK);
        var items = page.Body!["items"]!.AsArray();
        seen.Select(one => one.EventId).ShouldBe(Enumerable.Range(1, 5).Select(n => $"{before + n}"));
        seen.Select(one => one.EventType).ShouldAllBe(name => name == nameof(NoDriverFound));
        seen.Select(one => JsonNode.Parse(one.Data)!.ToJsonString())
            .ShouldBe(items.Select(item => item!.ToJsonString()));
    }

    [Fact]
    public async Task A_client_that_reconnects_continues_after_the_last_event_it_received()
    {
        var watcher = await host.City.Operator();
        var last = await Publish(Guid.CreateVersion7(), 5);
        // It repeats the address that it began with.
        await using var stream = Follow(watcher, "after=0", lastEventId: last - 2).GetAsyncEnumerator(Stop);
        (await Next(stream, 2)).Select(one => one.EventId).ShouldBe([$"{last - 1}", $"{last}"]);
    }

    [Fact]
    public async Task Only_events_of_the_given_types_and_ride_are_sent_and_listed()
    {
        var watcher = await host.City.Operator();
        var (ride, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var before = await Publish(other, 1);
        await Publish(ride, 1);
        await Publish(new RideRatedV2(ride, "r", "d", 5, null, DateTimeOffset.UnixEpoch, "rider"));
        await Publish(other, 1);

        foreach (
            var (query, positions) in new (string, long[])[]
            {
                ($"rideId={ride}", [1, 2]),
                ("type=NoDriverFound", [1, 3]),
                ("type=RideRated,NoDriverFound", [1, 2, 3]),
                ($"type=RideRated,RideRequested&rideId={ride}", [2]),
            }
        )
        {
            var expected = positions.Select(n => before + n);
            var page = (await watcher.Get($"events?after={before}&{query}")).ShouldBe(HttpStatusCode.OK);
            page.Body!["items"]!.AsArray().Select(item => item!["position"]!.GetValue<long>()).ShouldBe(expected);
            await using var stream = Follow(watcher, $"after={before}&{query}").GetAsyncEnumerator(Stop);
            (await Next(stream, positions.Length)).Select(one => long.Parse(one.EventId!)).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Many_writers_cost_no_follower_an_event()
    {
        var watcher = await host.City.Operator();
        var before = await Publish(Guid.CreateVersion7(), 1);
        var followers = Enumerable
            .Range(0, 3)
            .Select(async _ =>
            {
                await using var stream = Follow(watcher, $"after={before}").GetAsyncEnumerator(Stop);
                return (await Next(stream, 60)).ConvertAll(one => long.Parse(one.EventId!));
            })
            .ToList();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => Publish(Guid.CreateVersion7(), 2))));
        foreach (var follower in followers)
            (await follower).ShouldBe(Enumerable.Range(1, 60).Select(n => before + n));
    }

    [Fact]
    public async Task A_slow_client_holds_one_batch_and_still_receives_every_event()
    {
        var before = await Publish(Guid.CreateVersion7(), 1);
        var queries = new CountedScopes(host.Services.GetRequiredService<IServiceScopeFactory>());
        var signal = host.Services.GetRequiredService<EventLogSignal>();
        var follower = new LogFollower(queries, signal, TimeProvider.System, NullLogger<LogFollower>.Instance);
        await using var batches = follower.Batches(new EventFilter(before), Stop).GetAsyncEnumerator(Stop);
        await Publish(Guid.CreateVersion7(), 1);
        await batches.MoveNextAsync();
        var asked = queries.Count;
        for (var commit = 0; commit < 50; commit++)
            await Publish(Guid.CreateVersion7(), 20);
        queries.Count.ShouldBe(asked);

        var positions = new List<long>();
        while (positions.Count < 1000)
        {
            (await batches.MoveNextAsync()).ShouldBeTrue();
            positions.AddRange(batches.Current.Select(row => row.Position!.Value));
        }
        positions.ShouldBe(Enumerable.Range(2, 1000).Select(n => before + n));
        queries.Count.ShouldBe(asked + 2);
    }

    [Theory]
    [InlineData("after=-1", "validation_failed")]
    [InlineData("after=x", "validation_failed")]
    [InlineData("type=Nonsense", "validation_failed")]
    [InlineData("type=RideRequested,", "validation_failed")]
    [InlineData("rideId=1", "validation_failed")]
    [InlineData("lastEventId=x", "validation_failed")]
    [InlineData("limit=1", "unknown_parameter")]
    [InlineData("after=999999999", "position_beyond_end")]
    [InlineData("lastEventId=999999999", "position_beyond_end")]
    public async Task What_is_not_understood_is_refused(string query, string code)
    {
        var watcher = await host.City.Operator();
        (await watcher.Get($"events/stream?{query}")).ShouldBe(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task Other_callers_are_refused() =>
        (await (await host.City.Rider()).Get("events/stream")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");

    [Fact]
    public async Task A_database_that_is_restored_ends_the_stream_and_the_reconnect_is_refused_with_both_positions()
    {
        // A host of its own: its log loses events.
        await using var restored = new EmbeddedHost();
        var watcher = await restored.City.Operator();
        var last = await Publish(restored, Guid.CreateVersion7(), 5);
        await using var stream = Follow(watcher, "").GetAsyncEnumerator(Stop);
        await Next(stream, (int)last);

        await using (var scope = restored.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            await db.Set<LoggedEvent>().Where(row => row.Position > last - 2).ExecuteDeleteAsync(Stop);
            await db.Set<LogHead>().ExecuteUpdateAsync(row => row.SetProperty(head => head.Position, last - 2), Stop);
        }
        (await stream.MoveNextAsync()).ShouldBeFalse();

        var refused = (await watcher.Get($"events/stream?lastEventId={last}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "position_beyond_end"
        );
        refused.Body!["lastPosition"]!.GetValue<long>().ShouldBe(last - 2);
        refused.Text("detail").ShouldContain($"{last}");
    }

    static async IAsyncEnumerable<SseItem<string>> Follow(Person watcher, string query, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"events/stream?{query}");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", $"{lastEventId}");
        using var answer = await watcher.Send(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync(Stop);
        await foreach (var one in SseParser.Create(body).EnumerateAsync(Stop))
            yield return one;
    }

    static async Task<List<SseItem<string>>> Next(IAsyncEnumerator<SseItem<string>> stream, int count)
    {
        var items = new List<SseItem<string>>();
        while (items.Count < count)
        {
            (await stream.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop)).ShouldBeTrue();
            items.Add(stream.Current);
        }
        return items;
    }

    Task<long> Publish(Guid rideId, int count) => Publish(host, rideId, count);

    Task<long> Publish(object happened) => Publish(host, [happened]);

    static Task<long> Publish(EmbeddedHost host, Guid rideId, int count) =>
        Publish(
            host,
            Enumerable
                .Range(1, count)
                .Select(object (n) => new NoDriverFound(rideId, "r", n, DateTimeOffset.UnixEpoch))
                .ToArray()
        );

    /// <summary>Publishes events in one transaction and returns the log's last position.</summary>
    static async Task<long> Publish(EmbeddedHost host, object[] events)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var publish = scope.ServiceProvider.GetRequiredService<IPublishEndpoint>();
        foreach (var happened in events)
            await publish.Publish(happened, happened.GetType(), Stop);
        await db.SaveChangesAsync(Stop);
        await Sequencer.CatchUp(db, Stop);
        return await db.LastPosition(Stop);
    }
}
