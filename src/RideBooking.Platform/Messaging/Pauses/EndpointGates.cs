using System.Collections.Concurrent;

namespace RideBooking.Platform.Messaging.Pauses;

/// <summary>The gate of each endpoint of this process.</summary>
internal sealed class EndpointGates(ReceiveEndpoints endpoints)
{
    readonly ConcurrentDictionary<string, EndpointGate> _gates = new(StringComparer.Ordinal);

    /// <summary>Returns the gate of an endpoint, given its name.</summary>
    public EndpointGate Of(string endpoint) => _gates.GetOrAdd(endpoint, _ => new EndpointGate());

    /// <summary>Whether a queue belongs to a paused endpoint, so that it rightly has no consumer.</summary>
    public bool IsPaused(string queue) =>
        endpoints.Names.Any(name => Of(name).IsClosed && endpoints.QueuesOf(name).Contains(queue));
}
