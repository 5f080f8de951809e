using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.Subscriptions;

/// <summary>Two projections that cannot apply one event: one parks it, the other stops before it.</summary>
public sealed class When_an_event_cannot_be_applied(When_an_event_cannot_be_applied.Host host)
    : IClassFixture<When_an_event_cannot_be_applied.Host>
{
    static readonly JsonObject s_reason = new() { ["reason"] = "the fault is mended" };

    [Fact]
    public async Task Operators_see_it_and_retry_it_or_start_the_subscription_again()
    {
        var operations = await host.City.Operator();
        var (rider, driver) = (await host.City.Rider(), await host.City.DriverAt(City.Alexanderplatz));
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");

        // The one that parks it reads on, the other one waits.
        await Until(operations, "parking", state => state["parked"]!.GetValue<int>() == 1 && Lag(state) == 0);
        var stopped = await Until(operations, "stopping", state => state["state"]!.ToString() == "stopped");
        stopped["stoppedBecause"]!.ToString().ShouldContain("cannot be read");
        Lag(stopped).ShouldBeGreaterThan(0);
        await Until(operations, "ride-facts", state => Lag(state) == 0);

        var parked = (await operations.Get("operations/subscriptions/parking/parked-events")).Body!["items"]!
            .AsArray()
            .ShouldHaveSingleItem()!;
        parked["eventType"]!.ToString().ShouldBe(nameof(RideStarted));
        parked["streamId"]!.ToString().ShouldBe(rideId);
        parked["error"]!.ToString().ShouldContain("cannot be read");

        // It fails again: it stays parked.
        var retry = $"operations/subscriptions/parking/parked-events/{parked["position"]}/retry";
        (await operations.Post(retry, s_reason)).ShouldBe(HttpStatusCode.Accepted);
        await operations.Until(
            "the second attempt",
            "operations/subscriptions/parking/parked-events",
            answer => answer.Body!["items"]![0]!["error"]!.ToString() != parked["error"]!.ToString()
        );

        Host.IsFixed = true;
        (await operations.Post(retry, s_reason)).ShouldBe(HttpStatusCode.Accepted);
        await Until(operations, "parking", state => state["parked"]!.GetValue<int>() == 0);
        (await operations.Post(retry, s_reason)).ShouldBe(HttpStatusCode.NotFound, "parked_event_not_found");

        (await operations.Post("operations/subscriptions/stopping/start", s_reason)).ShouldBe(HttpStatusCode.Accepted);
        await Until(operations, "stopping", state => state["state"]!.ToString() == "reading" && Lag(state) == 0);

        var audit = (await operations.Get("operations/audit")).Body!["items"]!.AsArray();
        audit
            .Select(entry => entry!["action"]!.ToString())
            .ShouldBe(["start-subscription", "retry-event", "retry-event"]);
        audit.Select(entry => entry!["subscription"]!.ToString()).ShouldBe(["stopping", "parking", "parking"]);
        audit[1]!["position"]!.ToString().ShouldBe(retry.Split('/')[^2]);
    }

    [Fact]
    public async Task What_does_not_exist_is_refused()
    {
        var operations = await host.City.Operator();
        (await operations.Get("operations/subscriptions/none/parked-events")).ShouldBe(
            HttpStatusCode.NotFound,
            "subscription_not_found"
        );
        (await operations.Post("operations/subscriptions/none/start", s_reason)).ShouldBe(
            HttpStatusCode.NotFound,
            "subscription_not_found"
        );
        (await operations.Post("operations/subscriptions/parking/parked-events/999999/skip", s_reason)).ShouldBe(
            HttpStatusCode.NotFound,
            "parked_event_not_found"
        );
        (await (await host.City.Rider()).Get("operations/subscriptions")).ShouldBe(
            HttpStatusCode.Forbidden,
            "forbidden"
        );
    }

    static async Task<JsonNode> Until(Person operations, string name, Func<JsonNode, bool> wanted) =>
        (
            await operations.Until(
                $"subscription {name}",
                "operations/subscriptions",
                answer => Of(answer, name) is { } state && wanted(state)
            )
        ).Body!["items"]!
            .AsArray()
            .Single(state => state!["name"]!.ToString() == name)!;

    static JsonNode? Of(Answer answer, string name) =>
        answer.Body!["items"]!.AsArray().SingleOrDefault(state => state!["name"]!.ToString() == name);

    static int Lag(JsonNode state) => state["lag"]!.GetValue<int>();

    internal sealed class Parking() : Picky("parking", FailedEvents.Park);

    internal sealed class Stopping() : Picky("stopping", FailedEvents.Stop);

    internal abstract class Picky(string name, FailedEvents failed) : IProjection
    {
        int _attempts;

        public string Name => name;

        public IReadOnlyCollection<Type> Events => [typeof(RideRequested), typeof(RideStarted), typeof(RideCompleted)];

        public FailedEvents FailedEvents => failed;

        public Task Apply(
            DbContext db,
            int generation,
            IReadOnlyList<ReadEvent> events,
            CancellationToken cancellationToken
        ) =>
            Host.IsFixed || events.All(read => read.Event is not RideStarted)
                ? Task.CompletedTask
                : throw new InvalidOperationException($"RideStarted cannot be read, attempt {++_attempts}");

        public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(0);
    }

    /// <summary>The embedded default with the two projections, which try an event once.</summary>
    public sealed class Host() : HostInProcess(("Subscriptions:Retry", ""))
    {
        public static bool IsFixed { get; set; }

        protected override void Configure(IServiceCollection services) =>
            services.AddProjection<Parking>().AddProjection<Stopping>();
    }
}
