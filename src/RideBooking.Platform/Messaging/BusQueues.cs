using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>The queues of a bus.</summary>
internal static class BusQueues
{
    /// <summary>Returns the endpoints that have a durable queue.</summary>
    /// <remarks>
    /// The bus's own endpoint is left out. It is named after the process, connects only when a caller awaits a reply, and
    /// until then counts as healthy with or without a broker.
    /// </remarks>
    public static IEnumerable<EndpointHealthResult> Queues(this IBusControl bus) =>
        bus.CheckHealth()
            .Endpoints.Values.Where(endpoint =>
                !endpoint.InputAddress.Query.Contains("temporary=true", StringComparison.Ordinal)
                && !endpoint.InputAddress.LastPart().Contains("_bus_", StringComparison.Ordinal)
            );

    /// <summary>Returns the endpoint's name from its address.</summary>
    public static string LastPart(this Uri address) =>
        address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..];
}
