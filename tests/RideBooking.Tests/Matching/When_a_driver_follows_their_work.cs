using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.Matching;
using RideBooking.Platform.Http.Streaming;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Matching;

/// <summary>A driver's live stream is resumed without a gap and without a repeat, wherever it was interrupted.</summary>
public sealed class When_a_driver_follows_their_work : IAsyncLifetime
{
    CityLab _lab = null!;

    static readonly string[] s_whole =
    [
        "offer",
        "ended",
        "offer",
        "assigned",
        "arrived",
        "started",
        "ended",
        "offer",
        "assigned",
        "ended",
        "offline",
    ];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // No offer ends while this machine is busy.
    public async ValueTask InitializeAsync() =>
        _lab = await CityLab.Start(("Matching:OfferTimeout", "01:00:00"), ("Matching:SearchDeadline", "10:00:00"));

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Every_change_comes_once_and_a_client_that_was_away_receives_the_rest()
    {
        var driver = await _lab.City.DriverAt(Near(1));
        var all = await WholeShift(driver, 1);
        all.Select(message => message.Type).ShouldBe(s_whole);
        all.Select(message => message.Id).ShouldBeInOrder();
        for (var seen = 0; seen < all.Count - 1; seen++)
            (await Read(driver, all[seen].Id, until: "offline")).ShouldBe(
                all.Skip(seen + 1),
                $"after {all[seen].Type}"
            );
    }

    [Fact]
    public async Task Another_process_continues_the_stream()
    {
        var driver = await _lab.City.DriverAt(Near(2));
        var all = await WholeShift(driver, 2);
        var id = (await driver.Get("drivers/me")).Body!["profile"]!["driverId"]!.ToString();

        // Its signal has announced none of the events.
        var another = new FollowOffers(
            _lab.Services.GetRequiredService<IServiceScopeFactory>(),
            new EventLogSignal(),
            TimeProvider.System
        );
        var rest = new List<ServerEvent>();
        await foreach (var message in another.Events(id, all[0].Id, Stop))
        {
            rest.Add(message);
            if (message.Type == "offline")
                break;
        }
        rest.Select(message => (message.Type, message.Id!.Value))
            .ShouldBe(all.Skip(1).Select(message => (message.Type, message.Id)));
    }

    [Fact]
    public async Task A_new_connection_begins_with_the_state_and_continues_after_it()
    {
        var driver = await _lab.City.DriverAt(Near(3));
        var rider = await _lab.City.Rider();
        var ride = await rider.Request(Near(3), Far(3));
        await driver.Accept(await driver.Offer(ride));
        await driver.Does(ride, "arrive");

        var state = await Read(driver, after: null, until: "arrived");
        state.Select(message => message.Type).ShouldBe(["assigned", "arrived"]);
        state.ShouldAllBe(message => JsonNode.Parse(message.Data)!["rideId"]!.ToString() == ride);

        await driver.Does(ride, "start");
        (await Read(driver, state[^1].Id, until: "started")).Select(message => message.Type).ShouldBe(["started"]);
    }

    [Fact]
    public async Task A_position_that_the_log_has_not_reached_is_refused() =>
        (await (await _lab.City.Driver()).Get("drivers/me/events?lastEventId=999999999")).ShouldBe(
            HttpStatusCode.BadRequest,
            "position_beyond_end"
        );

    /// <summary>The driver follows a shift in which they decline a ride, complete one, and lose one to its rider.</summary>
    async Task<List<(string Type, long Id, string Data)>> WholeShift(Driver driver, int corner)
    {
        // The driver's app connects before anything happens.
        var messages = Open(driver, after: null).GetAsyncEnumerator(Stop);
        var first = messages.MoveNextAsync().AsTask();
        await WaitFor.TrueAsync(
            "the stream to be open",
            () => Task.FromResult(_lab.Services.GetRequiredService<EventLogSignal>().HasListeners)
        );

        var rider = await _lab.City.Rider();
        var declined = await rider.Request(Near(corner), Far(corner));
        (await driver.Post($"offers/{(await driver.Offer(declined))["offerId"]}/decline")).ShouldBe(
            HttpStatusCode.NoContent
        );
        await Cancel(rider, declined);
        await driver.Drives(await (await _lab.City.Rider()).Request(Near(corner), Far(corner)));
        await _lab.Settle();
        var lost = await rider.Request(Near(corner), Far(corner));
        await driver.Accept(await driver.Offer(lost));
        await Cancel(rider, lost);
        await _lab.Settle();
        (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.NoContent);

        var all = new List<(string, long, string)>();
        for (
            var more = await first;
            more;
            more = await messages.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop)
        )
        {
            all.Add(messages.Current);
            if (messages.Current.Type == "offline")
                break;
        }
        await messages.DisposeAsync();
        return all;
    }

    async Task Cancel(Rider rider, string ride)
    {
        (await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "rain" })).ShouldBe(
            HttpStatusCode.Accepted
        );
        await _lab.Settle();
    }

    static async Task<List<(string Type, long Id, string Data)>> Read(Person person, long? after, string until)
    {
        var all = new List<(string, long, string)>();
        await using var messages = Open(person, after).GetAsyncEnumerator(Stop);
        while (await messages.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop))
        {
            all.Add(messages.Current);
            if (messages.Current.Type == until)
                return all;
        }
        throw new InvalidOperationException($"The stream ended before {until}.");
    }

    static async IAsyncEnumerable<(string Type, long Id, string Data)> Open(Person person, long? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "drivers/me/events");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", $"{after}");
        using var answer = await person.Send(request);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(Stop);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Stop))
            yield return (item.EventType, long.Parse(item.EventId!), item.Data);
    }

    static JsonObject Near(int corner) => City.Place(-60 + corner * 3, 10);

    static JsonObject Far(int corner) => City.Place(-60 + corner * 3, 10.08);
}
