using System.Collections.Concurrent;

namespace RideBooking.Platform.Messaging;

/// <summary>The endpoints of this application and their queues, known once the bus is configured.</summary>
public sealed class ReceiveEndpoints
{
    /// <summary>The suffix that MassTransit adds to an endpoint's name for the queue of failed messages.</summary>
    public const string ErrorSuffix = "_error";

    /// <summary>The suffix that MassTransit adds to an endpoint's name for the queue of messages without a consumer.</summary>
    public const string SkippedSuffix = "_skipped";

    readonly ConcurrentDictionary<string, IReadOnlyList<string>> _queues = new(StringComparer.Ordinal);

    /// <summary>The endpoints' names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _queues.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Returns an endpoint's queues: one with its name, or its partitions.</summary>
    public IReadOnlyList<string> QueuesOf(string name) => _queues[name];

    internal void Add(string name, IReadOnlyList<string> queues) => _queues.TryAdd(name, queues);
}
