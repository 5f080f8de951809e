using System.Collections.Concurrent;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Consumers that count as one for the inbox, because they are one: on each of the queues among which an endpoint's messages
/// are divided. So a message that was handled is known to be, whichever of the queues it comes from the next time.
/// </summary>
public sealed class ConsumerAliases
{
    readonly ConcurrentDictionary<Guid, Guid> _names = new();

    /// <summary>Lets a consumer, by the id that MassTransit gives it on its queue, count as another.</summary>
    public void Add(Guid consumerId, Guid countsAs) => _names[consumerId] = countsAs;

    internal Guid Of(Guid consumerId) => _names.GetValueOrDefault(consumerId, consumerId);
}
