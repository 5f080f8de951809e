namespace MassTransit;

/// <summary>The endpoint that takes schedule, cancel, pause and resume messages.</summary>
public class QuartzEndpointOptions
{
    /// <summary>How many messages the endpoint takes from the broker ahead of their consumption.</summary>
    public int? PrefetchCount { get; set; } = 32;

    /// <summary>How many messages the endpoint consumes at once; not limited below the prefetch count when null.</summary>
    public int? ConcurrentMessageLimit { get; set; }

    /// <summary>The queue's name.</summary>
    public string QueueName { get; set; } = "quartz";
}
