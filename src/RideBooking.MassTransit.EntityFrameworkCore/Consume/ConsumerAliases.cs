using System.Collections.Concurrent;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Maps consumers to the id under which the inbox knows them, if one consumer runs on several queues.</summary>
/// <remarks>
/// When an endpoint's messages are divided among several queues, a message that was handled is recognized on any of them.
/// </remarks>
public sealed class ConsumerAliases
{
    readonly ConcurrentDictionary<Guid, Guid> _names = new();

    /// <summary>Makes the inbox treat a consumer, by the id that MassTransit gives it on its queue, as another one.</summary>
    public void Add(Guid consumerId, Guid countsAs) => _names[consumerId] = countsAs;

    internal Guid Of(Guid consumerId) => _names.GetValueOrDefault(consumerId, consumerId);
}
