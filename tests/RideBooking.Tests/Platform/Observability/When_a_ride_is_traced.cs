using System.Diagnostics;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Observability;
using RideBooking.Tests.Host;
using RideBooking.Tests.MassTransitOnQuartz;

namespace RideBooking.Tests.Platform.Observability;

/// <summary>Everything that one request causes is one trace, through outbox, broker, sagas and timers.</summary>
public sealed class When_a_ride_is_traced(CityLab lab) : IClassFixture<CityLab>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_trace_leads_from_the_request_through_every_consumer_and_timer()
    {
        var rider = await lab.City.Rider();
        await lab.City.DriverAt(City.Alexanderplatz, vehicleClass: "comfort");
        using var spans = new Spans();

        var ride = await rider.Post("rides", Trip("comfort"), traceParent: spans.TraceParent);
        await lab.Settle();
        await lab.AdvanceToNextTimer(lab.Now.AddMinutes(1));
        await spans.Have(
            "search-for-driver process",
            "find-driver process",
            "track-assignments process",
            "expire-offer process"
        );

        spans.All.ShouldAllBe(span => span.ParentSpanId != default);
        spans.WayTo("ride-in-process process")[0].ShouldBe("Microsoft.AspNetCore.Hosting.HttpRequestIn");
        var way = spans.WayTo("track-assignments process");
        way[0].ShouldBe("Microsoft.AspNetCore.Hosting.HttpRequestIn");
        way.ShouldContain("search-for-driver process");
        // The timer is due because the driver did not answer in time.
        spans.WayTo("expire-offer process").ShouldContain("search-for-driver process");

        var history = await rider.Get($"rides/{ride.Text("id")}/history");
        history.Body!.AsArray().ShouldAllBe(e => e!["traceparent"]!.ToString().Contains(spans.TraceId.ToString()));
    }

    [Fact]
    public async Task The_trace_is_kept_in_the_event_log_without_a_trace_collector()
    {
        var rider = await lab.City.Rider();
        await lab.City.DriverAt(City.Alexanderplatz, vehicleClass: "xl");
        var trace = ActivityTraceId.CreateRandom();
        var traceParent = $"00-{trace}-{ActivitySpanId.CreateRandom()}-00";
        var ride = await rider.Post("rides", Trip("xl"), traceParent: traceParent);

        var history = await rider.Until(
            "the driver to be offered the ride",
            $"rides/{ride.Text("id")}/history",
            answer => answer.Body!.AsArray().Any(e => e!["event_type"]!.ToString() == "DriverOffered")
        );
        history.Body!.AsArray().ShouldAllBe(e => e!["traceparent"]!.ToString().Contains(trace.ToString()));
    }

    [Fact]
    public async Task The_trace_goes_on_when_a_timer_fires()
    {
        using var spans = new Spans();
        using var source = new ActivitySource("RideBooking");
        await using var lab = await SchedulingLab.Start();
        using (source.StartActivity("request", ActivityKind.Server, ActivityContext.Parse(spans.TraceParent, null)))
            await lab.Remind("Anna", TimeSpan.FromMinutes(10));
        await lab.Scheduled<MassTransit.Scheduling.ScheduleMessage>();

        await lab.Advance(TimeSpan.FromMinutes(10));
        await spans.Have("DeliveryRecorder process");

        var way = spans.WayTo("DeliveryRecorder process");
        way[0].ShouldBe("request");
        way.ShouldContain("timer due");
    }

    static JsonObject Trip(string vehicleClass) =>
        new()
        {
            ["pickup"] = City.Alexanderplatz.DeepClone(),
            ["dropoff"] = City.Zoo.DeepClone(),
            ["vehicleClass"] = vehicleClass,
        };
}
