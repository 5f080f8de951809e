using MassTransit.QuartzIntegration;
using Quartz;

namespace MassTransit;

/// <summary>Options of a scheduler that belongs to one bus.</summary>
public class QuartzSchedulerOptions
{
    /// <summary>Creates the scheduler when the bus starts. The default keeps its triggers in memory.</summary>
    public ISchedulerFactory SchedulerFactory { get; set; } = InMemoryScheduler.Create();

    /// <summary>The name of the queue that receives the schedule messages.</summary>
    public string QueueName { get; set; } = "quartz";

    /// <summary>Whether the scheduler starts with the bus.</summary>
    public bool StartScheduler { get; set; } = true;
}
