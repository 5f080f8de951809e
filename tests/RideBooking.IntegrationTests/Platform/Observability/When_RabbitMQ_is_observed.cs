using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.TestKit.Api;

namespace RideBooking.IntegrationTests.Platform.Observability;

[Collection(typeof(OnServersToStop))]
public sealed class When_RabbitMQ_is_observed(WatchedOnRabbitMq app) : IClassFixture<WatchedOnRabbitMq>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_and_every_consumer_it_causes_are_one_trace_at_the_collector()
    {
        var rider = await app.City.Rider();
        var (trace, root) = (ActivityTraceId.CreateRandom().ToString(), ActivitySpanId.CreateRandom().ToString());
        var trip = new JsonObject { ["pickup"] = City.Alexanderplatz.DeepClone(), ["dropoff"] = City.Zoo.DeepClone() };
        await rider.Post("rides", trip, traceParent: $"00-{trace}-{root}-01");

        string[] expected =
        [
            "POST /api/v1/rides",
            "ride-in-process process",
            "search-for-driver process",
            "find-driver process",
        ];
        await WaitFor.TrueAsync(
            "all spans of the request to be exported",
            () => Task.FromResult(!expected.Except(app.Traces.Of(trace).Select(span => span.Name)).Any()),
            WaitFor.Limit,
            () => string.Join(", ", app.Traces.Of(trace).Select(span => span.Name).Distinct()) + app.Host.Output
        );

        // A parent ends after its child and may be exported later.
        await WaitFor.TrueAsync(
            "every span to have its parent in the trace",
            () =>
            {
                var ids = app.Traces.Of(trace).Select(span => span.Id).Append(root).ToHashSet();
                return Task.FromResult(app.Traces.Of(trace).All(span => ids.Contains(span.ParentId)));
            },
            WaitFor.Limit
        );
    }

    [Fact]
    public async Task An_unreadable_message_is_counted_in_the_depth_of_the_error_queue()
    {
        const string depth = "ridebooking_error_queue_messages";
        await WaitFor.TrueAsync(
            "the queue depths to be reported",
            async () => await app.Host.Metric(depth, "queue=\"track-assignments_error\"") == 0,
            WaitFor.Limit
        );
        (await app.Host.Metric("ridebooking_endpoint_messages", "endpoint=\"track-assignments\"")).ShouldBe(0);

        var factory = new ConnectionFactory { Uri = app.Address };
        await using var connection = await factory.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true };
        await channel.BasicPublishAsync(
            "",
            "track-assignments",
            true,
            properties,
            Encoding.UTF8.GetBytes("no JSON"),
            Stop
        );

        await WaitFor.TrueAsync(
            "the message to be counted in the error queue",
            async () => await app.Host.Metric(depth, "queue=\"track-assignments_error\"") == 1,
            WaitFor.Limit
        );
    }

    [Fact]
    public async Task An_unavailable_broker_is_reported_by_name_and_recovers_automatically()
    {
        (await Ready()).Status.ShouldBe(HttpStatusCode.OK);
        await app.Servers.Kill(app.Servers.RabbitMq);
        try
        {
            await WaitFor.TrueAsync(
                "the broker to be reported unhealthy",
                async () => (await Ready()).States["broker"] == "unhealthy",
                WaitFor.Limit,
                () => app.Host.Client.GetStringAsync("/health/ready", Stop).Result
            );
            var (status, states) = await Ready();
            status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            states["database"].ShouldBe("healthy");
            states["scheduler"].ShouldBe("healthy");
            (await app.Host.Client.GetAsync("/health/live", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
            await WaitFor.TrueAsync(
                "the queue depths to be omitted",
                async () =>
                    await app.Host.Metric("ridebooking_endpoint_messages") is null
                    && await app.Host.Metric("ridebooking_outbox_messages") is not null,
                WaitFor.Limit
            );
        }
        finally
        {
            await app.Servers.Start(app.Servers.RabbitMq);
        }

        await WaitFor.TrueAsync(
            "the host to be ready again",
            async () => (await Ready()).Status == HttpStatusCode.OK,
            WaitFor.Limit,
            () => app.Host.Output
        );
        await WaitFor.TrueAsync(
            "the queue depths to be reported again",
            async () => await app.Host.Metric("ridebooking_endpoint_messages", "endpoint=\"ride\"") is not null,
            WaitFor.Limit
        );
    }

    async Task<(HttpStatusCode Status, Dictionary<string, string> States)> Ready()
    {
        var answer = await app.Host.Client.GetAsync("/health/ready", Stop);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>(Stop);
        return (
            answer.StatusCode,
            body!["checks"]!.AsArray().ToDictionary(it => it!["name"]!.ToString(), it => it!["state"]!.ToString())
        );
    }
}
