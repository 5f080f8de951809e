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

    /// <summary>
    /// How often a message that could not be scheduled is tried again, 250 milliseconds apart. Zero leaves it to what the
    /// application configures on the endpoint.
    /// </summary>
    public int RetryLimit { get; set; } = 5;
}
