using MassTransit;
using MassTransit.Scheduling;
using Quartz;

namespace RideBooking.Tests.MassTransitOnQuartz;

public sealed class When_a_message_recurs
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Each_occurrence_is_a_message_of_its_own()
    {
        await using var lab = await SchedulingLab.Start();
        await Every_hour(lab);

        await lab.Advance(Hour);
        var first = await lab.Deliveries.Next();
        await lab.Advance(Hour);
        var second = await lab.Deliveries.Next();

        second.MessageId.ShouldNotBeNull();
        second.MessageId.ShouldNotBe(first.MessageId, "else an inbox would drop all but the first");
        (second.GetQuartzScheduled() - first.GetQuartzScheduled())!.Value.ShouldBe(Hour, TimeSpan.FromMinutes(1));
        second.GetQuartzPreviousSent().ShouldNotBeNull();
        second.GetQuartzNextScheduled().ShouldNotBeNull();
        second.GetQuartzScheduleGroup().ShouldBe("group");
        first.GetSchedulingTokenId().ShouldBeNull();
    }

    [Fact]
    public async Task A_retried_occurrence_keeps_its_id()
    {
        await using var lab = await SchedulingLab.Start();
        await Every_hour(lab, send => send.Headers.Set("receiver", "far away"));
        var ids = new List<Guid?>();

        await lab.Advance(Hour);
        ids.Add((await lab.Deliveries.Next()).MessageId);
        lab.Broker.Reachable = false;
        await lab.Advance(Hour);
        await WaitFor.TrueAsync("the second occurrence is refused", () => Task.FromResult(lab.Broker.Refusals >= 1));
        lab.Broker.Reachable = true;
        await lab.Advance(TimeSpan.FromSeconds(2));
        var retried = await lab.Deliveries.Next();
        ids.Add(retried.MessageId);

        ids.ShouldBeUnique();
        lab.Broker.RefusedIds.ShouldAllBe(id => id == retried.MessageId);
    }

    [Fact]
    public async Task A_pause_holds_it_a_resume_continues_it_and_a_cancel_ends_it()
    {
        await using var lab = await SchedulingLab.Start();
        await Every_hour(lab);
        var recurring = new PublishRecurringMessageScheduler(lab.Harness.Bus);

        await recurring.PauseScheduledRecurringSend("reminder", "group");
        await lab.Scheduled<PauseScheduledRecurringMessage>();
        await lab.Advance(3 * Hour);
        (await State(lab)).ShouldBe(TriggerState.Paused);
        lab.Deliveries.All.ShouldBeEmpty();

        await recurring.ResumeScheduledRecurringSend("reminder", "group");
        await lab.Scheduled<ResumeScheduledRecurringMessage>();
        await lab.Advance(Hour);
        await lab.Deliveries.Next();

        await recurring.CancelScheduledRecurringSend("reminder", "group");
        await lab.Scheduled<CancelScheduledRecurringMessage>();
        (await lab.Triggers()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Scheduling_it_twice_is_one_schedule()
    {
        await using var lab = await SchedulingLab.Start();
        await Every_hour(lab);
        await Every_hour(lab, count: 2);

        (await lab.Triggers()).Count.ShouldBe(1);
    }

    static async Task Every_hour(SchedulingLab lab, Action<SendContext>? send = null, int count = 1)
    {
        await new PublishRecurringMessageScheduler(lab.Harness.Bus).ScheduleRecurringSend(
            new Uri("loopback://localhost/DeliveryRecorder"),
            new EveryHour(),
            new Reminder { Text = "again" },
            Pipe.Execute<SendContext<Reminder>>(context => send?.Invoke(context)),
            lab.Harness.CancellationToken
        );
        await lab.Scheduled<ScheduleRecurringMessage>(count);
    }

    static async Task<TriggerState> State(SchedulingLab lab)
    {
        var scheduler = await lab.Quartz();
        return await scheduler.GetTriggerState((await lab.Triggers()).Single());
    }

    sealed class EveryHour : DefaultRecurringSchedule
    {
        public EveryHour()
        {
            ScheduleId = "reminder";
            ScheduleGroup = "group";
            TimeZoneId = "UTC";
            CronExpression = "0 0 * * * ?";
        }
    }
}
