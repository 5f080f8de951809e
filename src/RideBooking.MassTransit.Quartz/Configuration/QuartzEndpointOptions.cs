namespace MassTransit;

/// <summary>Options of the endpoint that receives schedule, cancel, pause and resume messages.</summary>
public class QuartzEndpointOptions
{
    /// <summary>The prefetch count of the endpoint.</summary>
    public int? PrefetchCount { get; set; } = 32;

    /// <summary>The number of messages the endpoint consumes at once; limited only by the prefetch count when null.</summary>
    public int? ConcurrentMessageLimit { get; set; }

    /// <summary>The name of the queue.</summary>
    public string QueueName { get; set; } = "quartz";

    /// <summary>The number of retries for a message that could not be scheduled, 250 milliseconds apart.</summary>
    /// <remarks>Zero leaves retries to what the application configures on the endpoint.</remarks>
    public int RetryLimit { get; set; } = 5;
}
