using System.Collections.Concurrent;

namespace RideBooking.Platform.Messaging;

/// <summary>The endpoints of this application and the queues that they consume, known once the bus is configured.</summary>
public sealed class ReceiveEndpoints
{
    /// <summary>What MassTransit adds to an endpoint's name for the messages that failed in it.</summary>
    public const string ErrorSuffix = "_error";

    /// <summary>What MassTransit adds to an endpoint's name for the messages that nobody in it consumes.</summary>
    public const string SkippedSuffix = "_skipped";

    readonly ConcurrentDictionary<string, IReadOnlyList<string>> _queues = new(StringComparer.Ordinal);

    /// <summary>The endpoints' names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _queues.Keys.Order(StringComparer.Ordinal)];

    /// <summary>An endpoint's queues: one of its name, or its partitions.</summary>
    public IReadOnlyList<string> QueuesOf(string name) => _queues[name];

    internal void Add(string name, IReadOnlyList<string> queues) => _queues.TryAdd(name, queues);
}
