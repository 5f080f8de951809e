using MassTransit.Context;
using MassTransit.Scheduling;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>Schedules messages, each under its token as the trigger's key.</summary>
/// <remarks>
/// A schedule message that is delivered twice therefore results in one trigger, and scheduling a token again moves the trigger.
/// </remarks>
public class ScheduleMessageConsumer : IConsumer<ScheduleMessage>, IConsumer<ScheduleRecurringMessage>
{
    readonly ISchedulerFactory _schedulerFactory;
    readonly ScheduleGroups _groups;

    /// <summary>Creates the consumer for the factory's scheduler.</summary>
    /// <param name="schedulerFactory">Creates the scheduler.</param>
    /// <param name="groups">Groups changes of its schedule; each change is made separately when null.</param>
    public ScheduleMessageConsumer(ISchedulerFactory schedulerFactory, ScheduleGroups? groups = null)
    {
        _schedulerFactory = schedulerFactory;
        _groups = groups ?? ScheduleGroups.None;
    }

    /// <summary>Schedules one delivery.</summary>
    public async Task Consume(ConsumeContext<ScheduleMessage> context)
    {
        var message = context.Message;
        Contract.Requires(message.CorrelationId != Guid.Empty, nameof(message.CorrelationId));
        Contract.Requires(message.ScheduledTime != default, nameof(message.ScheduledTime));
        Contract.Requires(message.Destination is not null, nameof(message.Destination));
        Contract.Requires(message.Payload is not null, nameof(message.Payload));
        Contract.Requires(message.PayloadType is { Length: > 0 }, nameof(message.PayloadType));
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);

        var body = context
            .SerializerContext.GetMessageSerializer(message.Payload, message.PayloadType)
            .GetMessageBody(new MessageSendContext<ScheduleMessage>(message));

        var trigger = TriggerBuilder
            .Create(scheduler.TimeProvider)
            .ForJob(ScheduledMessageJob.Key)
            .WithIdentity(KeyOf(message.CorrelationId))
            .StartAt(ScheduledTime(context, scheduler, Utc(message.ScheduledTime)))
            // A late delivery is better than none, and it happens once: no misfire handling ever moves or drops it.
            .WithSimpleSchedule(x => x.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
            .UsingJobData(
                ScheduledMessageData.From(
                    context,
                    message.Destination,
                    body,
                    message.PayloadType,
                    message.CorrelationId
                )
            )
            .Build();

        await _groups.Change(scheduler, () => Store(scheduler, trigger, context)).ConfigureAwait(false);
    }

    static async Task Store(IScheduler scheduler, ITrigger trigger, ConsumeContext<ScheduleMessage> context)
    {
        var stored = await scheduler
            .ScheduleTrigger(trigger, TriggerConflict.Keep, context.CancellationToken)
            .ConfigureAwait(false);

        if (stored.Outcome is ScheduleOutcome.Kept)
        {
            if (await WasCanceled(scheduler, trigger.Key, context).ConfigureAwait(false))
            {
                LogContext.Debug?.Log("Not scheduled, canceled before: {Key}", trigger.Key);
                return;
            }

            await scheduler
                .ScheduleTrigger(trigger, TriggerConflict.Replace, context.CancellationToken)
                .ConfigureAwait(false);
        }

        LogContext.Debug?.Log("Scheduled: {Key} {Schedule}", trigger.Key, stored.NextFireTimeUtc);
    }

    /// <summary>Schedules deliveries by a cron expression.</summary>
    public async Task Consume(ConsumeContext<ScheduleRecurringMessage> context)
    {
        var message = context.Message;
        Contract.Requires(message.Schedule?.CronExpression is not null, nameof(message.Schedule));
        Contract.Requires(message.Destination is not null, nameof(message.Destination));
        Contract.Requires(message.Payload is not null, nameof(message.Payload));
        Contract.Requires(message.PayloadType is { Length: > 0 }, nameof(message.PayloadType));
        var schedule = message.Schedule!;
        var scheduler = await _schedulerFactory.GetScheduler(context.CancellationToken).ConfigureAwait(false);

        var body = context
            .SerializerContext.GetMessageSerializer(message.Payload, message.PayloadType)
            .GetMessageBody(new MessageSendContext<ScheduleRecurringMessage>(message));

        var timeZone = string.IsNullOrWhiteSpace(schedule.TimeZoneId)
            ? TimeZoneInfo.Local
            : TimeZones.FindById(schedule.TimeZoneId);

        var misfire = schedule.MisfirePolicy switch
        {
            MissedEventPolicy.Skip => CronTriggerMisfireInstruction.DoNothing,
            MissedEventPolicy.Send => CronTriggerMisfireInstruction.FireAndProceed,
            _ => CronTriggerMisfireInstruction.SmartPolicy,
        };

        var trigger = TriggerBuilder
            .Create(scheduler.TimeProvider)
            .ForJob(ScheduledMessageJob.Key)
            .WithIdentity(RecurringScheduleKey.For(schedule))
            .WithDescription(schedule.Description)
            .StartAt(schedule.StartTime)
            .EndAt(schedule.EndTime)
            .WithCronSchedule(schedule.CronExpression, x => x.InTimeZone(timeZone).WithMisfireInstruction(misfire))
            .UsingJobData(
                ScheduledMessageData.From(context, message.Destination, body, message.PayloadType, tokenId: null)
            )
            .Build();

        var stored = await scheduler
            .ScheduleTrigger(trigger, TriggerConflict.Replace, context.CancellationToken)
            .ConfigureAwait(false);

        LogContext.Debug?.Log("Scheduled: {Key} {Schedule}", trigger.Key, stored.NextFireTimeUtc);
    }

    internal static TriggerKey KeyOf(Guid token) => new(token.ToString("N"));

    /// <summary>Whether the cancel overtook this schedule message.</summary>
    /// <remarks>
    /// A canceled token that was generated for this very message means that it did. An application may also choose its own
    /// token and schedule, cancel and reschedule it: in that case the schedule wins.
    /// </remarks>
    static async Task<bool> WasCanceled(IScheduler scheduler, TriggerKey key, ConsumeContext<ScheduleMessage> context)
    {
        var stored = await scheduler.GetTrigger(key, context.CancellationToken).ConfigureAwait(false);
        if (stored is null || !stored.JobKey.Equals(CanceledMessageJob.Key) || context.MessageId is not { } messageId)
            return false;

        // The same process generates both ids together, so the accuracy of its clock does not matter.
        var apart = messageId.ToNewId().Timestamp - context.Message.CorrelationId.ToNewId().Timestamp;
        return apart.Duration() < TimeSpan.FromSeconds(1);
    }

    static DateTimeOffset Utc(DateTime time) =>
        new(
            time.Kind is DateTimeKind.Unspecified
                ? DateTime.SpecifyKind(time, DateTimeKind.Utc)
                : time.ToUniversalTime()
        );

    /// <summary>Translates a due time to the scheduler's clock.</summary>
    /// <remarks>
    /// MassTransit computes due times from the system's clock. On a scheduler whose clock a test has moved, a message due in
    /// ten minutes is due when that clock has advanced ten minutes since the message was sent.
    /// </remarks>
    static DateTimeOffset ScheduledTime(ConsumeContext context, IScheduler scheduler, DateTimeOffset due)
    {
        if (scheduler.TimeProvider is not AdjustableTimeProvider clock)
            return due;

        var sent = context.SentTime is { } time ? Utc(time) : TimeProvider.System.GetUtcNow();
        return due + clock.OffsetAt(sent);
    }
}
