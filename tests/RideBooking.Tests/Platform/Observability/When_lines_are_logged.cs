using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Platform.Observability;

public sealed class When_lines_are_logged(WatchedHost host) : IClassFixture<WatchedHost>
{
    [Fact]
    public async Task The_log_names_ride_and_conversation_in_every_line_of_a_consumer()
    {
        var (ride, correlation) = await RideToCancellation();

        // EF Core writes a line when the consumer reads the search.
        bool IsOfConsumer(ScopedLine line) =>
            line.Scopes.GetValueOrDefault("Endpoint") == "end-search"
            && line.Scopes.GetValueOrDefault("RideId") == ride;
        await WaitFor.TrueAsync("the search is ended", () => Task.FromResult(host.Log.Lines.Any(IsOfConsumer)));
        var line = host.Log.Lines.First(IsOfConsumer);
        line.Scopes["ConversationId"].ShouldBe(correlation);
        line.Scopes["MessageType"].ShouldBe("RideCancelled");
        line.Scopes["MessageId"].ShouldNotBeNullOrEmpty();
        line.Scopes["TraceId"].ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task The_log_names_the_ride_in_every_line_of_a_request()
    {
        var ride = Guid.CreateVersion7().ToString();
        await (await host.City.Rider()).PostRaw($"rides/{ride}/cancel", "not JSON");

        var refused = host.Log.Lines.Single(line => line.Text.Contains($"/rides/{ride}/cancel answered"));
        refused.Scopes["RideId"].ShouldBe(ride);
        refused.Scopes["TraceId"].ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task The_log_has_no_line_about_an_ordinary_ride_by_default()
    {
        await RideToCancellation();
        VisibleLines().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_does_not_report_concurrent_requests_as_a_fault()
    {
        var rider = await host.City.Rider();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => rider.Post("rides", Trip())));

        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.Code == "active_ride_exists").ShouldBe(9);
        VisibleLines().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_names_no_person()
    {
        var driver = await host.City.DriverAt(City.Alexanderplatz);
        await RideToCancellation();

        driver.ShouldNotBeNull();
        foreach (var secret in new[] { "Anna", "B-RB 1", "Testarossa", "52.5219", "Bearer", "eyJ", "Alexanderplatz" })
            host.Log.Lines.ShouldAllBe(line => !line.Text.Contains(secret, StringComparison.Ordinal));
    }

    static JsonObject Trip() =>
        new()
        {
            ["pickup"] = new JsonObject
            {
                ["lat"] = 52.5219,
                ["lng"] = 13.4132,
                ["address"] = "Alexanderplatz",
            },
            ["dropoff"] = City.Zoo.DeepClone(),
            ["vehicleClass"] = "xl",
        };

    async Task<(string Ride, string Correlation)> RideToCancellation()
    {
        var rider = await host.City.Rider();
        var ride = (await rider.Post("rides", Trip())).ShouldBe(HttpStatusCode.Created).Text("id");
        await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        await rider.Until(
            "the rider to be notified",
            "riders/me/notifications",
            list => list.Body!["items"]!.AsArray().Any(item => item!["kind"]!.ToString() == "rideCancelled")
        );
        var history = await rider.Get($"rides/{ride}/history");
        var cancelled = history.Body!.AsArray().Single(e => e!["event_type"]!.ToString() == "RideCancelled")!;
        return (ride, cancelled["correlation_id"]!.ToString());
    }

    List<string> VisibleLines() =>
        [
            .. host
                .Log.Lines.Where(line =>
                    line.Level >= LogLevel.Information
                    && !line.Category.StartsWith("MassTransit.Messages", StringComparison.Ordinal)
                    && !IsExpectedRetry(line)
                )
                .Select(line => $"{line.Level} {line.Category}: {line.Text}"),
        ];

    // If a ride is cancelled at once, its cancellation may reach Matching before its request. Then the message is retried.
    static bool IsExpectedRetry(ScopedLine line) =>
        line.Text.StartsWith("R-RETRY", StringComparison.Ordinal)
        && line.Text.Contains("matching_searches.ride_id", StringComparison.Ordinal);
}
