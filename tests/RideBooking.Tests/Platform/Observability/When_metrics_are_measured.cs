using System.Net;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Observability;

namespace RideBooking.Tests.Platform.Observability;

public sealed class When_metrics_are_measured(WatchedHost host) : IClassFixture<WatchedHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_show_lag_duration_and_critical_time_of_each_endpoint()
    {
        using var meters = host.Meters();
        await Ride();
        // Some metrics of another test's message may have been recorded before the listener started.
        await WaitFor.TrueAsync(
            "a search has ended, and its critical time is the sum of its lag and duration",
            () =>
                Task.FromResult(
                    Of("ridebooking.endpoint.lag", "search-for-driver")
                        .Any(lag =>
                            lag > 0
                            && Of("ridebooking.endpoint.duration", "search-for-driver,done")
                                .Any(duration =>
                                    Of(CriticalTime, "search-for-driver")
                                        .Any(critical => Math.Abs(critical - lag - duration) < 0.000_001)
                                )
                        )
                )
        );

        IEnumerable<double> Of(string metric, string tags) =>
            meters.Of(metric).Where(it => it.Of == tags).Select(it => it.Value);
    }

    [Fact]
    public async Task They_count_a_failed_message_once_and_not_as_done()
    {
        using var meters = host.Meters();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            await scope
                .ServiceProvider.GetRequiredService<IPublishEndpoint>()
                .Publish(
                    new BalanceOutstanding(
                        Guid.CreateVersion7(),
                        "no-rider",
                        new Money(1m, "EUR"),
                        DateTimeOffset.UnixEpoch
                    ),
                    Stop
                );
            await scope.ServiceProvider.GetRequiredService<AppDbContext>().SaveChangesAsync(Stop);
        }
        await WaitFor.TrueAsync(
            "the message of an unknown ride failed",
            () => Task.FromResult(meters.Of(Failures).Count > 0)
        );

        meters.Of(Failures).ShouldHaveSingleItem().Of.ShouldStartWith("ride,");
        // The host has three retries.
        meters.Of("ridebooking.endpoint.retries").Count(it => it.Of == "ride").ShouldBeGreaterThanOrEqualTo(3);
        meters.Of("ridebooking.endpoint.redeliveries").ShouldBeEmpty();
        meters.Of("ridebooking.endpoint.duration").ShouldContain(it => it.Of == "ride,failed");
        meters.Of(CriticalTime).ShouldNotContain(it => it.Of == "ride");
    }

    [Fact]
    public async Task They_count_the_rides_by_state()
    {
        using var meters = host.Meters();
        await PollGauges();
        var before = Requested(meters);
        await Ride();
        await PollGauges();

        Requested(meters).ShouldBe(before + 1);
        meters
            .Of("ridebooking.rides")
            .Select(it => it.Of)
            .ShouldBe(
                [
                    "requested",
                    "driverAssigned",
                    "driverArrived",
                    "inProgress",
                    "completed",
                    "cancelled",
                    "noDriverFound",
                ],
                ignoreOrder: true
            );

        static double Requested(Meters meters) =>
            meters.Of("ridebooking.rides").Single(it => it.Of == "requested").Value;
    }

    [Fact]
    public async Task They_show_number_and_age_of_the_messages_in_the_outbox()
    {
        using var meters = host.Meters();
        var now = DateTime.UtcNow;
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var stuck = new OutboxMessage
        {
            Id = Guid.CreateVersion7(),
            MessageId = Guid.CreateVersion7(),
            MessageType = "urn:message:none",
            ContentType = "application/json",
            Body = "{}",
            SentTime = now.AddHours(-1),
            NextAttemptTime = now.AddDays(1),
        };
        db.Add(stuck);
        await db.SaveChangesAsync(Stop);
        await PollGauges();

        meters.Of("ridebooking.outbox.messages").ShouldHaveSingleItem().Value.ShouldBeGreaterThanOrEqualTo(1);
        meters.Of("ridebooking.outbox.oldest.age").ShouldHaveSingleItem().Value.ShouldBeInRange(3600, 4200);
        (await Ready()).ShouldContain("messages have waited for");

        db.Remove(stuck);
        await db.SaveChangesAsync(Stop);
        await PollGauges();
        meters.Of("ridebooking.outbox.oldest.age").ShouldHaveSingleItem().Value.ShouldBeLessThan(3600);
        (await Ready()).ShouldNotContain("messages have waited for");
    }

    [Fact]
    public async Task They_show_the_position_of_the_event_log_and_the_waiting_timers()
    {
        using var meters = host.Meters();
        await Ride();
        await WaitFor.TrueAsync(
            "the search has its timer",
            () => Task.FromResult(ReadGauge(meters, "ridebooking.scheduler.timers") > 0)
        );

        ReadGauge(meters, "ridebooking.event_log.position").ShouldBeGreaterThan(0);
        meters.Of("ridebooking.event_log.pending").ShouldHaveSingleItem();
        meters.Of("ridebooking.scheduler.timers.overdue").ShouldHaveSingleItem().Value.ShouldBe(0);
        meters.Of("ridebooking.scheduler.oldest_overdue.age").ShouldHaveSingleItem().Value.ShouldBe(0);
    }

    const string CriticalTime = "ridebooking.endpoint.critical_time";
    const string Failures = "ridebooking.endpoint.failures";

    PolledGauges Gauges => host.Services.GetRequiredService<PolledGauges>();

    Task PollGauges() => Gauges.PollAll(Stop);

    double ReadGauge(Meters meters, string gauge)
    {
        PollGauges().GetAwaiter().GetResult();
        return meters.Of(gauge).ShouldHaveSingleItem().Value;
    }

    Task<string> Ready() => host.CreateClient().GetStringAsync("/health/ready", Stop);

    async Task Ride()
    {
        var trip = new JsonObject
        {
            ["pickup"] = City.Alexanderplatz.DeepClone(),
            ["dropoff"] = City.Zoo.DeepClone(),
            ["vehicleClass"] = "xl",
        };
        (await (await host.City.Rider()).Post("rides", trip)).ShouldBe(HttpStatusCode.Created);
    }
}
