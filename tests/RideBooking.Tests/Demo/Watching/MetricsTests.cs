using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Demo.Watching;

namespace RideBooking.Tests.Demo.Watching;

public sealed class MetricsTests
{
    [Fact]
    public async Task Are_read_from_the_Prometheus_endpoint()
    {
        const string text = """
            # TYPE ridebooking_error_queue_messages gauge
            # HELP ridebooking_error_queue_messages Messages in error and skipped queues (by queue)
            ridebooking_error_queue_messages{otel_scope_name="RideBooking",queue="a \"b\", {c}\\d_error"} 7 1764033000000
            ridebooking_event_log_position 1.5E3 1764033000000
            ridebooking_outbox_messages NotANumber
            dotnet_gc_collections_total{gc_heap_generation="gen0"} 5

            """;

        var samples = await Exposition.Read(
            new MemoryStream(Encoding.UTF8.GetBytes(text)),
            TestContext.Current.CancellationToken
        );

        samples
            .Select(sample => (sample.Name, sample["queue"], sample.Value))
            .ShouldBe([
                ("ridebooking_error_queue_messages", "a \"b\", {c}\\d_error", 7),
                ("ridebooking_event_log_position", "", 1500),
            ]);
    }

    [Fact]
    public void Show_the_recent_lag_and_the_endpoint_where_it_is_worst()
    {
        var lag = new Lag();
        lag.Percentile(95).ShouldBeNull();
        lag.Add(Buckets(("old", 1000, 1000, 1000)));
        lag.Percentile(95).ShouldBeNull();

        // Since then one endpoint handled 80 messages within a second and 10 within ten, and the other 10 within ten.
        lag.Add(Buckets(("old", 1080, 1090, 1090), ("slow", 0, 10, 10)));

        var (seconds, slowest) = lag.Percentile(95)!.Value;
        seconds.ShouldBe(1 + 9 * 0.75, 0.001);
        slowest.ShouldBe("slow");

        for (var look = 0; look < 10; look++)
            lag.Add(Buckets(("old", 1080, 1090, 1090), ("slow", 0, 10, 10)));
        lag.Percentile(95).ShouldBeNull();
    }

    [Fact]
    public void Count_events_by_kind_and_second_and_keep_the_last_only()
    {
        var clock = new FakeTimeProvider();
        var feed = new EventFeed(clock);
        feed.Add(
            Enumerable
                .Range(0, 150)
                .Select(_ => Event("RideRated", """{"riderId":"demo-rider-0","driverId":"x","stars":4}"""))
        );
        clock.Advance(TimeSpan.FromSeconds(2));
        feed.Add([
            Event("PaymentCaptured", """{"riderId":"demo-rider-1","amount":{"amount":"1234.50","currency":"EUR"}}"""),
        ]);
        clock.Advance(TimeSpan.FromSeconds(1));

        feed.Observed.ShouldBe(new Dictionary<string, int> { ["RideRated"] = 150, ["PaymentCaptured"] = 1 });
        feed.PerSecond.ShouldBe([150, 0, 1]);
        feed.Taken.ShouldBe("1,234.50 EUR");
        feed.Latest.Count.ShouldBe(100);
        feed.Latest[0].Text.ShouldBe("Ben pays 1234.50 EUR");
        feed.Latest[1].Text.ShouldBe("Ada gives x 4 of 5 stars");

        clock.Advance(TimeSpan.FromMinutes(5));
        feed.PerSecond.ShouldBe(Enumerable.Repeat(0, 60));
    }

    static JsonElement Event(string type, string payload) =>
        JsonSerializer.Deserialize<JsonElement>(
            $$"""{"event_type":"{{type}}","timestamp":"2026-01-10T12:00:00Z","payload":{{payload}}}"""
        );

    static IEnumerable<Sample> Buckets(params (string Endpoint, double One, double Ten, double All)[] endpoints) =>
        endpoints.SelectMany(endpoint =>
            new[] { ("1", endpoint.One), ("10", endpoint.Ten), ("+Inf", endpoint.All) }.Select(bucket => new Sample(
                "ridebooking_endpoint_lag_seconds_bucket",
                new Dictionary<string, string> { ["endpoint"] = endpoint.Endpoint, ["le"] = bucket.Item1 },
                bucket.Item2
            ))
        );
}
