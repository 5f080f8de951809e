using System.Collections.Concurrent;

namespace RideBooking.Platform.Messaging;

/// <summary>The queues this application consumes, known once the bus is configured.</summary>
public sealed class ReceiveEndpoints
{
    /// <summary>What MassTransit adds to a queue's name for the messages that failed in it.</summary>
    public const string ErrorSuffix = "_error";

    /// <summary>What MassTransit adds to a queue's name for the messages that nobody in it consumes.</summary>
    public const string SkippedSuffix = "_skipped";

    readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);

    /// <summary>Their names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _names.Keys.Order(StringComparer.Ordinal)];

    internal void Add(string name) => _names.TryAdd(name, 0);
}
