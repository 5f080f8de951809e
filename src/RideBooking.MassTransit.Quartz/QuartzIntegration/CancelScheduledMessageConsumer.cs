using MassTransit.Scheduling;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Cancels scheduled and recurring messages.</summary>
public class CancelScheduledMessageConsumer
    : IConsumer<CancelScheduledMessage>,
        IConsumer<CancelScheduledRecurringMessage>
{
    readonly ISchedulerFactory _schedulerFactory;

    /// <summary>Cancels with the factory's scheduler.</summary>
    public CancelScheduledMessageConsumer(ISchedulerFactory schedulerFactory) => _schedulerFactory = schedulerFactory;

    /// <summary>Cancels one delivery, also one whose schedule message has not arrived yet.</summary>
    public async Task Consume(ConsumeContext<CancelScheduledMessage> context)
    {
        var key = ScheduleMessageConsumer.KeyOf(context.Message.TokenId);
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);

        if (await scheduler.UnscheduleJob(key, context.CancellationToken).ConfigureAwait(false))
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

        // Replaces a schedule that another process stored since the look above.
        await scheduler
            .ScheduleTrigger(tombstone, TriggerConflict.Replace, context.CancellationToken)
            .ConfigureAwait(false);

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
