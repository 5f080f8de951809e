using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// How many messages an endpoint of one process handles at once, and how many it fetches ahead so that none of these waits for
/// the network; docs/operating/queues.md has the same table. What is fetched and not handled is lacking to other hosts, and is
/// delivered once more when the process dies: so few more than are handled.
/// </summary>
/// <param name="Fetched">Messages that the broker hands over before the first is answered.</param>
/// <param name="AtOnce">Of these, handled at the same time.</param>
/// <param name="MayLag">Whether requests do not wait until this endpoint has handled what they did.</param>
internal sealed record EndpointLoad(int Fetched, int AtOnce, bool MayLag = false)
{
    /// <summary>The endpoints that are not like the others, and why.</summary>
    public static EndpointLoad For(string endpoint) =>
        endpoint switch
        {
            // Takes timers and redeliveries in, a short insert each. While it lags, nothing is tried again and nothing expires.
            FailurePolicy.Scheduler => new(32, 32),
            // In a rush rides come first, and telling of them after.
            "notify-rider" or "notify-driver" => new(8, 4, MayLag: true),
            // Figures may lag: they must not take the database from the rides they count. One by one, in order.
            "record-ride-facts" or "record-offer-facts" => new(2, 1, MayLag: true),
            // A transaction of a few milliseconds each. All endpoints in a rush together are far from the hundred connections
            // that a pool has by default, because most messages of a ride follow from one another.
            _ => new(16, 16),
        };

    /// <summary>Sets the endpoint's load.</summary>
    public static void Use(IReceiveEndpointConfigurator endpoint, string name)
    {
        var load = For(name);
        endpoint.PrefetchCount = load.Fetched;
        endpoint.ConcurrentMessageLimit = load.AtOnce;
    }

    /// <summary>
    /// Sets a partition's share of it: all together handle as many at once as the whole. It fetches no more than that, for
    /// whatever is fetched must be able to stand in line.
    /// </summary>
    public static void Share(IReceiveEndpointConfigurator partition, string name, int partitions) =>
        partition.PrefetchCount = (For(name).AtOnce + partitions - 1) / partitions;
}
