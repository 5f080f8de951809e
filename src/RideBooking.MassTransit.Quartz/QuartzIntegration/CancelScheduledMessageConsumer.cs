using MassTransit.Scheduling;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Cancels scheduled and recurring messages.</summary>
public class CancelScheduledMessageConsumer
    : IConsumer<CancelScheduledMessage>,
        IConsumer<CancelScheduledRecurringMessage>
{
    readonly ISchedulerFactory _schedulerFactory;
    readonly ScheduleGroups _groups;

    /// <summary>Creates the consumer for the factory's scheduler.</summary>
    /// <param name="schedulerFactory">Creates the scheduler.</param>
    /// <param name="groups">Groups changes of its schedule; each change is made separately when null.</param>
    public CancelScheduledMessageConsumer(ISchedulerFactory schedulerFactory, ScheduleGroups? groups = null)
    {
        _schedulerFactory = schedulerFactory;
        _groups = groups ?? ScheduleGroups.None;
    }

    /// <summary>Cancels one delivery, even if its schedule message has not arrived yet.</summary>
    public async Task Consume(ConsumeContext<CancelScheduledMessage> context)
    {
        Contract.Requires(context.Message.TokenId != Guid.Empty, nameof(context.Message.TokenId));
        var key = ScheduleMessageConsumer.KeyOf(context.Message.TokenId);
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);
        await _groups.Change(scheduler, () => Cancel(scheduler, key, context.CancellationToken)).ConfigureAwait(false);
    }

    static async Task Cancel(IScheduler scheduler, TriggerKey key, CancellationToken cancellationToken)
    {
        if (await scheduler.UnscheduleJob(key, cancellationToken).ConfigureAwait(false))
        {
            LogContext.Debug?.Log("Canceled: {Key}", key);
            return;
        }

        var tombstone = TriggerBuilder
            .Create(scheduler.TimeProvider)
            .ForJob(CanceledMessageJob.Key)
            .WithIdentity(key)
            .StartAt(scheduler.TimeProvider.GetUtcNow() + CanceledMessageJob.Expiry)
            .WithSimpleSchedule(x => x.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
            .Build();

        // Replaces a schedule that another process has stored since the check above.
        await scheduler.ScheduleTrigger(tombstone, TriggerConflict.Replace, cancellationToken).ConfigureAwait(false);

        LogContext.Debug?.Log("Canceled, delivered already or not scheduled yet: {Key}", key);
    }

    /// <summary>Cancels a recurring message.</summary>
    public async Task Consume(ConsumeContext<CancelScheduledRecurringMessage> context)
    {
        var key = RecurringScheduleKey.For(context.Message.ScheduleId, context.Message.ScheduleGroup);
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);

        var found = await scheduler.UnscheduleJob(key, context.CancellationToken).ConfigureAwait(false);
        LogContext.Debug?.Log("Canceled recurring: {Key} (found: {Found})", key, found);
    }
}
