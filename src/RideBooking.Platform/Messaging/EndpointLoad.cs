using MassTransit;
using RideBooking.Platform.Messaging.Failures;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// How many messages an endpoint of one process handles at once, and how many it prefetches so that none of these waits for the
/// network; docs/operating/queues.md has the same table.
/// </summary>
/// <remarks>
/// Prefetched messages that are not being handled are unavailable to other hosts, and are redelivered when the process dies.
/// The prefetch count therefore exceeds the concurrency only slightly.
/// </remarks>
/// <param name="Fetched">The prefetch count: messages that the broker delivers before the first is acknowledged.</param>
/// <param name="AtOnce">The number of these that are handled at the same time.</param>
/// <param name="MayLag">Whether requests do not wait until this endpoint has handled their effects.</param>
internal sealed record EndpointLoad(int Fetched, int AtOnce, bool MayLag = false)
{
    /// <summary>Returns an endpoint's load; each exception states its reason.</summary>
    public static EndpointLoad For(string endpoint) =>
        endpoint switch
        {
            // Stores timers and redeliveries, one short insert each. While it lags, no message is redelivered and no timer
            // fires.
            FailurePolicy.Scheduler => new(32, 32),
            // Under load, rides take precedence over notifications about them.
            "notify-rider" or "notify-driver" => new(8, 4, MayLag: true),
            // Metrics may lag: they must not take database capacity from the rides they count. One by one, in order.
            "record-ride-facts" or "record-offer-facts" => new(2, 1, MayLag: true),
            // A transaction of a few milliseconds each. Even under load all endpoints together stay far below the hundred
            // connections that a pool has by default, because most messages of a ride follow from one another.
            _ => new(16, 16),
        };

    /// <summary>Sets the endpoint's prefetch count and concurrency.</summary>
    public static void Use(IReceiveEndpointConfigurator endpoint, string name)
    {
        var load = For(name);
        endpoint.PrefetchCount = load.Fetched;
        endpoint.ConcurrentMessageLimit = load.AtOnce;
    }

    /// <summary>
    /// Sets a partition's share of the load: all partitions together handle as many messages at once as the whole endpoint.
    /// </summary>
    /// <remarks>A partition prefetches no more than that, because every prefetched message takes a place in line.</remarks>
    public static void Share(IReceiveEndpointConfigurator partition, string name, int partitions) =>
        partition.PrefetchCount = (For(name).AtOnce + partitions - 1) / partitions;
}
