using MassTransit.Middleware;
using MassTransit.QuartzIntegration;
using Microsoft.Extensions.Options;

namespace MassTransit.Configuration;

/// <summary>Defines the endpoint that all of the scheduler's consumers share.</summary>
/// <remarks>
/// Messages about the same schedule are partitioned by its token, so that a schedule and its cancel, received by one process,
/// run in arrival order.
/// </remarks>
public class QuartzEndpointDefinition
    : IEndpointDefinition<ScheduleMessageConsumer>,
        IEndpointDefinition<CancelScheduledMessageConsumer>,
        IEndpointDefinition<PauseScheduledMessageConsumer>,
        IEndpointDefinition<ResumeScheduledMessageConsumer>
{
    readonly QuartzEndpointOptions _options;

    /// <summary>Reads the endpoint's options once.</summary>
    public QuartzEndpointDefinition(IOptions<QuartzEndpointOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        var partitions = _options.ConcurrentMessageLimit ?? _options.PrefetchCount ?? 32;
        Partition = new Partitioner(Math.Max(1, partitions), new Murmur3UnsafeHashGenerator());
    }

    /// <summary>The partitioner that keeps the messages of one token in order.</summary>
    public IPartitioner Partition { get; }

    /// <summary>The number of retries for a failed message.</summary>
    internal int RetryLimit => _options.RetryLimit;

    /// <inheritdoc />
    public virtual bool ConfigureConsumeTopology => true;

    /// <inheritdoc />
    public virtual bool IsTemporary => false;

    /// <inheritdoc />
    public virtual int? PrefetchCount => _options.PrefetchCount;

    /// <inheritdoc />
    public virtual int? ConcurrentMessageLimit => _options.ConcurrentMessageLimit;

    string IEndpointDefinition.GetEndpointName(IEndpointNameFormatter formatter) => _options.QueueName;

    /// <inheritdoc />
    public void Configure<T>(T configurator, IRegistrationContext? context)
        where T : IReceiveEndpointConfigurator { }
}
