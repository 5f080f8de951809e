using MassTransit.QuartzIntegration;
using Quartz;

namespace MassTransit;

/// <summary>A scheduler that belongs to one bus.</summary>
public class QuartzSchedulerOptions
{
    /// <summary>Makes the scheduler when the bus starts; one that keeps its triggers in memory by default.</summary>
    public ISchedulerFactory SchedulerFactory { get; set; } = InMemoryScheduler.Create();

    /// <summary>The name of the queue that takes the schedule messages.</summary>
    public string QueueName { get; set; } = "quartz";

    /// <summary>Whether the scheduler starts with the bus.</summary>
    public bool StartScheduler { get; set; } = true;
}
