using System.Net;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Cli;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.FailedMessages;

namespace RideBooking.Tests.Operations.Failures;

/// <summary>The broker refuses a message in the outbox, and a timer's destination does not exist.</summary>
public sealed class When_messages_cannot_be_sent(ListeningHost host) : IClassFixture<ListeningHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operators_see_them_beside_failed_messages()
    {
        var operations = await host.City.Operator();
        var unsent = Unsent();
        await host.Services.Store(unsent);
        await ScheduleToNowhere();
        await operations.Until(
            "the timer to fail",
            "operations/timers/failing",
            answer => answer.Body!["items"]!.AsArray().Count == 1
        );

        var message = (await operations.Get("operations/outbox/unsent")).Body!["items"]!.AsArray().Single()!;
        message["messageId"]!.ToString().ShouldBe($"{unsent.MessageId}");
        message["messageType"]!.ToString().ShouldBe("ComputeFare");
        message["destination"]!.ToString().ShouldBe("compute-fare");
        message["attempts"]!.GetValue<int>().ShouldBe(3);
        message["error"]!.ToString().ShouldBe("PRECONDITION_FAILED");
        var timer = (await operations.Get("operations/timers/failing")).Body!["items"]!.AsArray().Single()!;
        timer["messageType"]!.ToString().ShouldBe("RiderForgotten");
        timer["destination"]!.ToString().ShouldBe("nowhere");
        timer["attempts"]!.GetValue<int>().ShouldBeGreaterThan(0);
        var counts = (await operations.Get("operations/failures")).ShouldBe(HttpStatusCode.OK).Body![
            "items"
        ]!.AsArray();
        counts.Single(Of("unsentMessages"))!["count"]!.GetValue<int>().ShouldBe(1);
        counts.Single(Of("failingTimers"))!["count"]!.GetValue<int>().ShouldBe(1);
        counts.Single(Of("failedMessages"))!["count"]!.GetValue<int>().ShouldBe(0);
        counts.Single(Of("parkedEvents"))!["count"]!.GetValue<int>().ShouldBe(0);

        var listed = await host.Run("failures", "--exit-code");
        listed.ShouldEnd(ExitCode.MessagesLeft).Out.ShouldContain("messages that the broker refused");
        (await host.Run("failures", "unsent")).ShouldEnd(ExitCode.Done).Out.ShouldContain("PRECONDITION_FAILED");
        (await host.Run("failures", "timers")).ShouldEnd(ExitCode.Done).Out.ShouldContain("nowhere");

        static Func<JsonNode?, bool> Of(string kind) => item => item!["kind"]!.ToString() == kind;
    }

    async Task ScheduleToNowhere()
    {
        // Outside the outbox, so that Quartz keeps it, as it keeps a redelivery.
        var bus = host.Services.GetRequiredService<IBus>();
        await new MessageScheduler(new PublishScheduleMessageProvider(bus), bus.Topology).ScheduleSend(
            new Uri("sb://elsewhere/nowhere"),
            DateTime.UtcNow,
            new RiderForgotten("a-rider", DateTimeOffset.UtcNow),
            Stop
        );
    }

    static OutboxMessage Unsent() =>
        new()
        {
            Id = Guid.CreateVersion7(),
            MessageId = Guid.CreateVersion7(),
            MessageType = "urn:message:RideBooking.Billing:ComputeFare",
            ContentType = "application/vnd.masstransit+json",
            Body = "{}",
            DestinationAddress = new Uri("rabbitmq://broker.internal/rides/compute-fare?durable=true"),
            SentTime = DateTime.UtcNow,
            // No sweeper of this host sends it.
            BusName = "another bus",
            AttemptCount = 3,
            NextAttemptTime = DateTime.UtcNow,
            LastError = "PRECONDITION_FAILED",
        };
}
