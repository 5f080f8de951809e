using MassTransit;
using MassTransit.Scheduling;

namespace RideBooking.Tests.MassTransitOnQuartz;

public sealed class When_a_message_is_scheduled
{
    static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task It_is_delivered_when_it_is_due_and_no_timer_is_left()
    {
        await using var lab = await SchedulingLab.Start();
        await lab.Remind("Anna", TenMinutes);
        await lab.Scheduled<ScheduleMessage>();
        lab.Deliveries.All.ShouldBeEmpty();

        await lab.Advance(TenMinutes);

        (await lab.Deliveries.Next()).Message.Text.ShouldBe("Anna");
        await WaitFor.TrueAsync("no timer is left", async () => (await lab.Triggers()).Count == 0);
    }

    [Fact]
    public async Task It_is_delivered_on_a_bus_that_speaks_raw_JSON_too()
    {
        await using var lab = await SchedulingLab.Start(
            bus: (_, configurator) =>
            {
                configurator.ClearSerialization();
                configurator.UseRawJsonSerializer();
            }
        );
        var token = await lab.Remind("Anna", TenMinutes, send => send.Headers.Set("SimpleHeader", "SimpleValue"));
        await lab.Scheduled<ScheduleMessage>();
        await lab.Advance(TenMinutes);

        var delivery = await lab.Deliveries.Next();
        delivery.Message.Text.ShouldBe("Anna");
        delivery.Headers.Get<string>("SimpleHeader").ShouldBe("SimpleValue");
        delivery.GetSchedulingTokenId().ShouldBe(token);
    }

    [Fact]
    public async Task Its_envelope_arrives_as_it_was_sent()
    {
        await using var lab = await SchedulingLab.Start();
        Guid requestId = Guid.NewGuid(),
            correlationId = Guid.NewGuid(),
            conversationId = Guid.NewGuid(),
            initiatorId = Guid.NewGuid(),
            messageId = NewId.NextGuid();
        var reply = new Uri("loopback://localhost/replies");
        var fault = new Uri("loopback://localhost/faults");
        var source = new Uri("loopback://localhost/source");

        var token = await lab.Remind(
            "ünïcode \"quoted\"",
            TenMinutes,
            send =>
            {
                send.MessageId = messageId;
                send.RequestId = requestId;
                send.CorrelationId = correlationId;
                send.ConversationId = conversationId;
                send.InitiatorId = initiatorId;
                send.SourceAddress = source;
                send.ResponseAddress = reply;
                send.FaultAddress = fault;
                send.TimeToLive = TimeSpan.FromHours(1);
                send.Headers.Set("text", "value");
                send.Headers.Set("number", 42);
                send.Headers.Set("truth", true);
            }
        );
        await lab.Scheduled<ScheduleMessage>();
        await lab.Advance(TenMinutes);

        var delivery = await lab.Deliveries.Next();
        delivery.Message.Text.ShouldBe("ünïcode \"quoted\"");
        delivery.MessageId.ShouldBe(messageId);
        delivery.RequestId.ShouldBe(requestId);
        delivery.CorrelationId.ShouldBe(correlationId);
        delivery.ConversationId.ShouldBe(conversationId);
        delivery.InitiatorId.ShouldBe(initiatorId);
        delivery.SourceAddress.ShouldBe(source);
        delivery.ResponseAddress.ShouldBe(reply);
        delivery.FaultAddress.ShouldBe(fault);
        delivery.ExpirationTime!.Value.ShouldBe(DateTime.UtcNow.AddHours(1), TimeSpan.FromMinutes(1));
        delivery.Headers.Get<string>("text").ShouldBe("value");
        delivery.Headers.Get<int>("number").ShouldBe(42);
        delivery.Headers.Get<bool>("truth").ShouldBe(true);
        delivery.GetSchedulingTokenId().ShouldBe(token);
        delivery.GetQuartzScheduled().ShouldNotBeNull();
        delivery.GetQuartzSent().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_cancel_stops_it()
    {
        await using var lab = await SchedulingLab.Start();
        var first = await lab.Remind("canceled", TenMinutes);
        await lab.Remind("kept", 2 * TenMinutes);
        await lab.Scheduled<ScheduleMessage>(2);

        await lab.Cancel(first);
        await lab.Scheduled<CancelScheduledMessage>();
        await lab.Advance(2 * TenMinutes);

        (await lab.Deliveries.Next()).Message.Text.ShouldBe("kept");
        lab.Deliveries.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_schedule_message_twice_is_delivered_once()
    {
        await using var lab = await SchedulingLab.Start();
        var messageId = NewId.NextGuid();
        for (var i = 0; i < 2; i++)
            await lab.Remind("once", TenMinutes, messageId, messageId);
        await lab.Scheduled<ScheduleMessage>(2);
        await lab.Remind("last", 2 * TenMinutes);
        await lab.Scheduled<ScheduleMessage>(3);

        await lab.Advance(TenMinutes);
        await lab.Deliveries.Next();
        await lab.Advance(TenMinutes);
        await lab.Deliveries.Next();

        lab.Deliveries.All.Select(delivery => delivery.Message.Text).ShouldBe(["once", "last"]);
    }

    [Fact]
    public async Task Scheduling_its_token_again_moves_it()
    {
        await using var lab = await SchedulingLab.Start();
        var token = NewId.NextGuid();
        await lab.Remind("early", TenMinutes, token);
        await lab.Scheduled<ScheduleMessage>();
        await lab.Remind("moved", 3 * TenMinutes, token);
        await lab.Remind("between", 2 * TenMinutes);
        await lab.Scheduled<ScheduleMessage>(3);

        await lab.Advance(2 * TenMinutes);
        (await lab.Deliveries.Next()).Message.Text.ShouldBe("between");
        await lab.Advance(TenMinutes);
        (await lab.Deliveries.Next()).Message.Text.ShouldBe("moved");
        lab.Deliveries.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_cancel_that_overtakes_it_still_stops_it()
    {
        await using var lab = await SchedulingLab.Start();
        var token = NewId.NextGuid();
        var messageId = NewId.NextGuid();

        await lab.Cancel(token);
        await lab.Scheduled<CancelScheduledMessage>();
        await lab.Remind("canceled", TenMinutes, token, messageId);
        await lab.Remind("kept", 2 * TenMinutes);
        await lab.Scheduled<ScheduleMessage>(2);
        await lab.Advance(2 * TenMinutes);

        (await lab.Deliveries.Next()).Message.Text.ShouldBe("kept");
        lab.Deliveries.All.Count.ShouldBe(1);

        await lab.Advance(TimeSpan.FromHours(2));
        await WaitFor.TrueAsync("the cancel is deleted after an hour", async () => (await lab.Triggers()).Count == 0);
    }

    [Fact]
    public async Task A_token_of_the_applications_choice_can_be_cancelled_and_scheduled_again()
    {
        await using var lab = await SchedulingLab.Start();
        var token = Guid.NewGuid();
        await lab.Cancel(token);
        await lab.Scheduled<CancelScheduledMessage>();

        await lab.Remind("again", TenMinutes, token);
        await lab.Scheduled<ScheduleMessage>();
        await lab.Advance(TenMinutes);

        (await lab.Deliveries.Next()).Message.Text.ShouldBe("again");
    }
}
