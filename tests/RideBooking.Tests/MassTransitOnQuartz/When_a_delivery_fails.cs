using MassTransit;
using MassTransit.Scheduling;

namespace RideBooking.Tests.MassTransitOnQuartz;

public sealed class When_a_delivery_fails
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_is_retried_until_it_succeeds_and_nothing_else_waits_for_it()
    {
        await using var lab = await SchedulingLab.Start();
        lab.Broker.Reachable = false;
        var messageId = NewId.NextGuid();
        await lab.Remind(
            "unreachable",
            Minute,
            send =>
            {
                send.MessageId = messageId;
                send.Headers.Set("receiver", "far away");
            }
        );
        await lab.Remind("other", Minute);
        await lab.Scheduled<ScheduleMessage>(2);

        await lab.Advance(Minute);
        (await lab.Deliveries.Next()).Message.Text.ShouldBe("other");

        // The official integration drops the message after half as many attempts. Time advances in steps, because the next
        // attempt is due only after the failed one has been stored.
        await WaitFor.TrueAsync("twelve attempts are made", () => Advance(lab, until: () => lab.Broker.Refusals >= 12));
        lab.Broker.Reachable = true;
        await WaitFor.TrueAsync("one succeeds", () => Advance(lab, until: () => lab.Deliveries.All.Count == 2));

        var delivery = await lab.Deliveries.Next();
        delivery.Message.Text.ShouldBe("unreachable");
        delivery.MessageId.ShouldBe(messageId);
        await WaitFor.TrueAsync("no timer is left", async () => (await lab.Triggers()).Count == 0);
        lab.Deliveries.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_cancel_ends_the_attempts()
    {
        await using var lab = await SchedulingLab.Start();
        lab.Broker.Reachable = false;
        var token = await lab.Remind("unreachable", Minute, send => send.Headers.Set("receiver", "far away"));
        await lab.Scheduled<ScheduleMessage>();
        await lab.Advance(Minute);
        await WaitFor.TrueAsync("a first attempt is made", () => Task.FromResult(lab.Broker.Refusals >= 1));

        await lab.Cancel(token);
        await lab.Scheduled<CancelScheduledMessage>();
        lab.Broker.Reachable = true;
        await lab.Remind("later", Minute);
        await lab.Scheduled<ScheduleMessage>(2);
        await lab.Advance(2 * Minute);

        (await lab.Deliveries.Next()).Message.Text.ShouldBe("later");
        lab.Deliveries.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_expired_meanwhile_is_not_delivered()
    {
        await using var lab = await SchedulingLab.Start();
        await lab.Remind("expired", Minute, send => send.TimeToLive = TimeSpan.FromTicks(1));
        await lab.Remind("lasting", Minute, send => send.TimeToLive = TimeSpan.FromHours(1));
        await lab.Scheduled<ScheduleMessage>(2);

        await lab.Advance(Minute);

        (await lab.Deliveries.Next()).Message.Text.ShouldBe("lasting");
        await WaitFor.TrueAsync("no timer is left", async () => (await lab.Triggers()).Count == 0);
        lab.Deliveries.All.Count.ShouldBe(1);
    }

    static async Task<bool> Advance(SchedulingLab lab, Func<bool> until)
    {
        await lab.Advance(2 * Minute);
        return until();
    }
}
