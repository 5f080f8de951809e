using MassTransit.Scheduling;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Resumes recurring messages.</summary>
public class ResumeScheduledMessageConsumer : IConsumer<ResumeScheduledRecurringMessage>
{
    readonly ISchedulerFactory _schedulerFactory;

    /// <summary>Creates the consumer for the factory's scheduler.</summary>
    public ResumeScheduledMessageConsumer(ISchedulerFactory schedulerFactory) => _schedulerFactory = schedulerFactory;

    /// <summary>Resumes a recurring message after a pause.</summary>
    public async Task Consume(ConsumeContext<ResumeScheduledRecurringMessage> context)
    {
        var key = RecurringScheduleKey.For(context.Message.ScheduleId, context.Message.ScheduleGroup);
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);

        var found = await scheduler.ResumeTrigger(key, context.CancellationToken).ConfigureAwait(false);
        LogContext.Debug?.Log("Resumed recurring: {Key} (found: {Found})", key, found);
    }
}
