using MassTransit.Scheduling;
using Quartz;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// The trigger key of a recurring schedule. Its prefix prevents collisions between the application's ids and tokens.
/// </summary>
static class RecurringScheduleKey
{
    const string Prefix = "Recurring.Trigger.";

    public static TriggerKey For(RecurringSchedule schedule) => For(schedule.ScheduleId, schedule.ScheduleGroup);

    public static TriggerKey For(string scheduleId, string? scheduleGroup)
    {
        // An id read from a delivered message's headers already has the prefix.
        var name = scheduleId.StartsWith(Prefix, StringComparison.Ordinal) ? scheduleId : Prefix + scheduleId;
        return string.IsNullOrWhiteSpace(scheduleGroup) ? new TriggerKey(name) : new TriggerKey(name, scheduleGroup);
    }
}
