using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Operations.FailedMessages;
using RideBooking.Payments;
using RideBooking.Payments.Balance;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>An operator asks what a redrive would do. Every test also checks that asking changes and sends nothing.</summary>
public sealed class When_a_redrive_is_simulated(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static DateTimeOffset Now => DateTimeOffset.UtcNow;

    [Fact]
    public async Task A_transition_names_the_states_the_messages_and_the_timers()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.Requested));
        await host.Services.Store(ride);

        var found = await Simulate("ride", new SearchDeadlinePassed(ride.CorrelationId, ride.Search));
        Result(found).ShouldBe("transition");
        found["consumer"]!.ToString().ShouldBe("RideStateMachine");
        found["saga"]!["type"]!.ToString().ShouldBe("Ride");
        found["saga"]!["id"]!.ToString().ShouldBe($"{ride.CorrelationId}");
        found["saga"]!["isNew"]!.GetValue<bool>().ShouldBeFalse();
        States(found).ShouldBe(("Requested", "NoDriverFound"));
        Names(found["saga"]!["changes"]!)
            .ShouldBe(
                ["status", "activeRiderId", "searchDeadlineTokenId", "noDriverFoundAt", "changedAt"],
                ignoreOrder: true
            );
        Messages(found).ShouldBe(["published NoDriverFound"]);
        Timers(found).ShouldBeEmpty();
        found["exception"].ShouldBeNull();

        var cancelled = await Simulate("ride", new CancelRide(ride.CorrelationId, ride.RiderId, "no hurry", Now));
        States(cancelled).ShouldBe(("Requested", "Cancelled"));
        Messages(cancelled).ShouldBe(["published RideCancelled"]);
        Timers(cancelled).ShouldBe(["cancelled SearchDeadlinePassed"]);

        var withDriver = SomeSaga.Ride(nameof(RideStateMachine.DriverAssigned));
        await host.Services.Store(withDriver);
        var released = await Simulate(
            "ride",
            new ReleaseRide(withDriver.CorrelationId, withDriver.DriverId!, "flat tyre", Now)
        );
        States(released).ShouldBe(("DriverAssigned", "Requested"));
        Messages(released).ShouldBe(["published DriverUnassigned"]);
        Timers(released).ShouldBe(["set SearchDeadlinePassed"]);
        DateTimeOffset.Parse(released["timers"]![0]!["due"]!.ToString(), null).ShouldBeGreaterThan(Now);
    }

    [Fact]
    public async Task A_payment_would_charge_the_card_and_does_not()
    {
        var payment = SomeSaga.Payment(nameof(PaymentStateMachine.Expected));
        await host.Services.Store(payment);

        var found = await Simulate(
            "payment",
            Events.FareFinalized(payment.CorrelationId, Now, Samples.Euro(12.4m), payment.RiderId)
        );

        found["consumer"]!.ToString().ShouldBe("PaymentStateMachine");
        States(found).ShouldBe(("Expected", "Charging"));
        Messages(found).ShouldBe(["published ChargeCard"]);

        var retrying = SomeSaga.Payment(nameof(PaymentStateMachine.Retrying));
        await host.Services.Store(retrying);
        var paid = await Simulate("payment", new ChargeSucceeded(retrying.CorrelationId, 1));
        States(paid).ShouldBe(("Retrying", "Captured"));
        Messages(paid).ShouldBe(["published PaymentCaptured"]);
        Timers(paid).ShouldBe(["cancelled RetryDue"]);
    }

    [Fact]
    public async Task An_event_that_changes_nothing_is_ignored()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.DriverAssigned));
        var payment = SomeSaga.Payment(nameof(PaymentStateMachine.Captured));
        await host.Services.Store(ride);
        await host.Services.Store(payment);

        // The first is ignored by name, the second because a condition does not hold, the third accepted as a repeat.
        foreach (
            var found in new[]
            {
                await Simulate("ride", new SearchDeadlinePassed(ride.CorrelationId, ride.Search)),
                await Simulate(
                    "ride",
                    Events.DriverAssigned(ride.CorrelationId, Now, ride.RiderId, ride.DriverId!, ride.OfferId)
                ),
                await Simulate(
                    "payment",
                    Events.FareFinalized(payment.CorrelationId, Now, payment.Due, payment.RiderId)
                ),
            }
        )
        {
            Result(found).ShouldBe("ignored");
            States(found).From.ShouldBe(States(found).To);
            Names(found["saga"]!["changes"]!).ShouldBeEmpty();
            Messages(found).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task An_event_that_the_state_does_not_accept_is_unhandled()
    {
        // Only a row that was changed by hand is stored in the initial state.
        var (ride, payment) = (SomeSaga.Ride("Initial"), SomeSaga.Payment("Initial"));
        await host.Services.Store(ride);
        await host.Services.Store(payment);

        foreach (
            var found in new[]
            {
                await Simulate("ride", new CancelRide(ride.CorrelationId, ride.RiderId, "no hurry", Now)),
                await Simulate("payment", new ChargeSucceeded(payment.CorrelationId, 1)),
            }
        )
        {
            Result(found).ShouldBe("unhandled");
            found["reason"]!.ToString().ShouldContain("Initial");
            States(found).ShouldBe(("Initial", "Initial"));
            found["exception"]!["isPermanent"]!.GetValue<bool>().ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_message_without_an_instance_fails_or_is_discarded_as_the_state_machine_says()
    {
        var unknownId = Guid.CreateVersion7();

        foreach (
            var fails in new[]
            {
                await Simulate("ride", new CancelRide(unknownId, "a rider", "no hurry", Now)),
                await Simulate("payment", new ChargeSucceeded(unknownId, 1)),
            }
        )
        {
            Result(fails).ShouldBe("missingInstance");
            fails["reason"]!.ToString().ShouldContain("fails");
            fails["exception"].ShouldNotBeNull();
            fails["saga"].ShouldBeNull();
        }
        foreach (
            var discarded in new[]
            {
                await Simulate("ride", new SearchDeadlinePassed(unknownId, 1)),
                await Simulate("payment", new PayNow(unknownId, null)),
            }
        )
        {
            Result(discarded).ShouldBe("missingInstance");
            discarded["reason"]!.ToString().ShouldContain("discards");
            discarded["exception"].ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_message_that_creates_the_instance_is_a_transition_from_the_initial_state()
    {
        var found = await Simulate("payment", Events.RideRequested(Guid.CreateVersion7(), Now));

        Result(found).ShouldBe("transition");
        found["saga"]!["isNew"]!.GetValue<bool>().ShouldBeTrue();
        States(found).ShouldBe(("Initial", "Expected"));

        var ride = await Simulate(
            "ride",
            new RequestRide(
                Guid.CreateVersion7(),
                "a rider",
                Samples.Alexanderplatz,
                Samples.Zoo,
                "standard",
                null,
                null,
                null,
                null,
                Now
            )
        );
        States(ride).ShouldBe(("Initial", "Requested"));
        Messages(ride).ShouldBe(["published RideRequestedV2"]);
        Timers(ride).ShouldBe(["set SearchDeadlinePassed"]);
    }

    [Fact]
    public async Task An_activity_that_throws_fails_again_and_its_messages_do_not_leave()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.Completed));
        var payment = SomeSaga.Payment(nameof(PaymentStateMachine.Expected));
        await host.Services.Store(ride);
        await host.Services.Store(payment);
        var fare = Events.FareFinalized(payment.CorrelationId, Now, Samples.Euro(12.4m), payment.RiderId);

        foreach (
            var found in new[]
            {
                await Simulate("ride", fare with { RideId = ride.CorrelationId, RiderId = "someone else" }),
                await Simulate("payment", fare with { Lines = [new FareLine("base", "Base fare", Samples.Euro(1))] }),
            }
        )
        {
            Result(found).ShouldBe("failsAgain");
            found["exception"]!["type"]!.ToString().ShouldBe(nameof(UnacceptableMessageException));
            found["exception"]!["isPermanent"]!.GetValue<bool>().ShouldBeTrue();
            found["reason"]!.ToString().ShouldBe(found["exception"]!["message"]!.ToString());
            Messages(found).ShouldBeEmpty();
            States(found).From.ShouldBe(States(found).To);
        }
    }

    [Fact]
    public async Task A_message_that_the_inbox_knows_is_deduplicated_whatever_handled_it()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.Requested));
        await host.Services.Store(ride);
        var (cancelled, completed) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Consumed("ride", typeof(CancelRide), cancelled);
        await Consumed("compute-fare", typeof(RideCompleted), completed);

        foreach (
            var found in new[]
            {
                await Simulate("ride", new CancelRide(ride.CorrelationId, ride.RiderId, "no", Now), cancelled),
                await Simulate("compute-fare", Events.RideCompleted(ride.CorrelationId, Now), completed),
            }
        )
        {
            Result(found).ShouldBe("deduplicated");
            Messages(found).ShouldBeEmpty();
        }
        // Another endpoint has not handled it.
        Result(await Simulate("end-search", Events.RideCompleted(ride.CorrelationId, Now), completed))
            .ShouldBe("wouldBeConsumed");
    }

    [Fact]
    public async Task A_consumer_is_not_run_and_says_why_a_repeat_is_safe_after_the_inbox_has_forgotten_it()
    {
        var completed = Events.RideCompleted(Guid.CreateVersion7(), Now);

        var young = await Simulate("compute-fare", completed);
        Result(young).ShouldBe("wouldBeConsumed");
        young["consumer"]!.ToString().ShouldBe("ComputeFare");
        young["repeat"]!["hasInbox"]!.GetValue<bool>().ShouldBeTrue();
        young["repeat"]!["isOlderThanInbox"]!.GetValue<bool>().ShouldBeFalse();

        var old = await Simulate("compute-fare", completed, sentAt: Now.AddDays(-8));
        old["repeat"]!["isOlderThanInbox"]!.GetValue<bool>().ShouldBeTrue();
        old["repeat"]!["isSafe"]!.GetValue<bool>().ShouldBeTrue();
        old["repeat"]!["because"]!.ToString().ShouldContain("one invoice");

        var outside = await Simulate(
            "call-gateway",
            new ChargeCard(completed.RideId, "a rider", Samples.Euro(1), 1, $"{completed.RideId}/1", false, null)
        );
        Result(outside).ShouldBe("wouldBeConsumed");
        outside["repeat"]!["hasInbox"]!.GetValue<bool>().ShouldBeFalse();
        outside["repeat"]!["isSafe"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task What_cannot_be_read_names_the_member_and_what_is_not_consumed_its_type()
    {
        var fare = new JsonObject { ["rideId"] = $"{Guid.CreateVersion7()}", ["riderId"] = 12 };
        foreach (var endpoint in new[] { "ride", "payment", "compute-fare" })
        {
            var type = endpoint == "compute-fare" ? nameof(RideCompleted) : nameof(FareFinalized);
            var unreadable = await Raw($"{endpoint}_error", type, fare.DeepClone().AsObject());
            Result(unreadable).ShouldBe("unreadable");
            unreadable["reason"]!.ToString().ShouldContain("riderId");
            unreadable["repeat"]!["isSafe"].ShouldBeNull();
        }
        Result(await Simulate(await host.Services.FailRaw("ride_error", "not json"u8.ToArray())))
            .ShouldBe("unreadable");

        var skipped = await Raw("ride_skipped", "Weather", fare.DeepClone().AsObject());
        Result(skipped).ShouldBe("skipped");
        skipped["reason"]!.ToString().ShouldContain("Weather");

        var unknown = await Raw("compute-fare_skipped", "RideCompletedV7", fare.DeepClone().AsObject());
        Result(unknown).ShouldBe("unknownVersion");
        unknown["reason"]!.ToString().ShouldContain("Version 7 of RideCompleted");

        Result(await Raw("charge-rider_error", "RideCompleted", fare)).ShouldBe("noEndpoint");
    }

    [Fact]
    public async Task A_message_in_an_older_version_is_read_as_the_newest()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.Cancelled));
        await host.Services.Store(ride);

        var found = await Simulate(
            "ride",
            new CancellationFeeAssessed(
                ride.CorrelationId,
                ride.RiderId,
                null,
                null,
                Samples.Euro(4),
                null,
                "berlin-1",
                null,
                Now
            )
        );

        Result(found).ShouldBe("transition");
        Names(found["saga"]!["changes"]!).ShouldContain("fare");
    }

    [Fact]
    public async Task A_message_that_does_not_exist_is_not_found()
    {
        var operations = await host.City.Operator();

        (await operations.Post("operations/failed-messages/ride_error.0123456789abcdef/simulate")).ShouldBe(
            HttpStatusCode.NotFound,
            "failed_message_not_found"
        );
    }

    async Task<JsonNode> Simulate<T>(string endpoint, T message, Guid? messageId = null, DateTimeOffset? sentAt = null)
        where T : class => await Simulate(await host.Services.Fail(endpoint, message, messageId, sentAt));

    async Task<JsonNode> Raw(string queue, string type, JsonObject message) =>
        await Simulate(
            await host.Services.FailRaw(
                queue,
                StoredFailures.Envelope($"urn:message:RideBooking.Contracts:{type}", message)
            )
        );

    async Task<JsonNode> Simulate(string id)
    {
        var operations = await host.City.Operator();
        var sent = new SentMessages();
        using var published = host.Services.GetRequiredService<IBus>().ConnectPublishObserver(sent);
        using var sending = host.Services.GetRequiredService<IBus>().ConnectSendObserver(sent);
        var before = await Everything();

        var answer = await operations.Post($"operations/failed-messages/{id}/simulate");

        (await Everything()).ShouldBe(before);
        sent.Types.ShouldBeEmpty();
        return answer.ShouldBe(HttpStatusCode.OK).Body!;
    }

    // All that handling a message could have changed.
    async Task<string> Everything()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return JsonSerializer.Serialize(
            new
            {
                Rides = await db.Set<Ride>().AsNoTracking().OrderBy(row => row.CorrelationId).ToListAsync(Stop),
                Payments = await db.Set<Payment>().AsNoTracking().OrderBy(row => row.CorrelationId).ToListAsync(Stop),
                Failed = await db.Set<StoredMessage>().AsNoTracking().OrderBy(row => row.Id).ToListAsync(Stop),
                Inbox = await db.Set<InboxState>().CountAsync(Stop),
                Outbox = await db.Set<OutboxMessage>().CountAsync(Stop),
                Events = await db.Set<LoggedEvent>().CountAsync(Stop),
            }
        );
    }

    Task Consumed(string endpoint, Type message, Guid messageId) =>
        host.Services.Store(
            new InboxState
            {
                MessageId = messageId,
                ConsumerId = host.Services.GetRequiredService<InboxConsumers>().At(endpoint, message)!.InboxId!.Value,
                Received = DateTime.UtcNow,
                Consumed = DateTime.UtcNow,
                Delivered = DateTime.UtcNow,
            }
        );

    static string Result(JsonNode found) => found["result"]!.ToString();

    static (string From, string To) States(JsonNode found) =>
        (found["saga"]!["from"]!.ToString(), found["saga"]!["to"]!.ToString());

    static List<string> Names(JsonNode names) => [.. names.AsArray().Select(name => name!.ToString())];

    static List<string> Messages(JsonNode found) =>
        [.. found["messages"]!.AsArray().Select(message => $"{message!["kind"]} {message["type"]}")];

    static List<string> Timers(JsonNode found) =>
        [.. found["timers"]!.AsArray().Select(timer => $"{timer!["action"]} {timer["type"]}")];

    sealed class SentMessages : IPublishObserver, ISendObserver
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Types { get; } = [];

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Note<T>();

        public Task PreSend<T>(SendContext<T> context)
            where T : class => Note<T>();

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;

        Task Note<T>()
        {
            Types.Enqueue(typeof(T).Name);
            return Task.CompletedTask;
        }
    }
}
