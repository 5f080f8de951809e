using MassTransit.Scheduling;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Pauses recurring messages.</summary>
public class PauseScheduledMessageConsumer : IConsumer<PauseScheduledRecurringMessage>
{
    readonly ISchedulerFactory _schedulerFactory;

    /// <summary>Creates the consumer for the factory's scheduler.</summary>
    public PauseScheduledMessageConsumer(ISchedulerFactory schedulerFactory) => _schedulerFactory = schedulerFactory;

    /// <summary>Pauses a recurring message until it is resumed.</summary>
    public async Task Consume(ConsumeContext<PauseScheduledRecurringMessage> context)
    {
        var key = RecurringScheduleKey.For(context.Message.ScheduleId, context.Message.ScheduleGroup);
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);

        var found = await scheduler.PauseTrigger(key, context.CancellationToken).ConfigureAwait(false);
        LogContext.Debug?.Log("Paused recurring: {Key} (found: {Found})", key, found);
    }
}
