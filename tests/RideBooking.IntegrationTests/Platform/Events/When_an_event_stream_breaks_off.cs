using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Events;

/// <summary>Two hosts on one PostgreSQL: a client of GET /events/stream whose host is killed continues with the other one.</summary>
public sealed class When_an_event_stream_breaks_off(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_continues_on_another_host_and_misses_and_repeats_nothing()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = DatabaseProviders.Postgres,
            ["ConnectionStrings__RideBooking"] = await servers.CreateMigratedDatabaseAsync(DatabaseProviders.Postgres),
        };
        await using var one = await HostProcess.StartAsync(settings);
        await using var other = await HostProcess.StartAsync(settings);

        // Riders use one host; the operator begins on the other.
        var positions = new List<long>();
        using var riders = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var rides = Task.Run(() => RequestRides(one, riders.Token), Stop);
        await Follow(other, positions, 30, then: other.KillAsync);
        await Follow(one, positions, 60, then: () => Task.CompletedTask);
        await riders.CancelAsync();
        await rides;

        positions.ShouldBe(Enumerable.Range(1, 60).Select(n => (long)n));
    }

    static async Task RequestRides(HostProcess host, CancellationToken cancellationToken)
    {
        var city = new City(() => new HttpClient { BaseAddress = host.Address });
        while (!cancellationToken.IsCancellationRequested)
            await (await city.Rider()).Request(City.Alexanderplatz, City.Zoo);
    }

    /// <summary>Follows the log after the last known position until so many are known; then the connection may break.</summary>
    static async Task Follow(HostProcess host, List<long> positions, int count, Func<Task> then)
    {
        var watcher = await new City(() => new HttpClient { BaseAddress = host.Address }).Operator();
        using var request = new HttpRequestMessage(HttpMethod.Get, "events/stream");
        if (positions.Count > 0)
            request.Headers.Add("Last-Event-ID", $"{positions[^1]}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var answer = await watcher.Send(request);
        await using var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(Stop);
        await using var events = SseParser.Create(body).EnumerateAsync(Stop).GetAsyncEnumerator(Stop);
        while (positions.Count < count)
        {
            (await events.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop)).ShouldBeTrue();
            positions.Add(long.Parse(events.Current.EventId!));
        }
        await then();
    }
}
