using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// What a consumer's endpoint needs; declared where the consumer is registered. docs/operating/queues.md lists the loads.
/// </summary>
/// <remarks>
/// Prefetched messages that are not being handled are unavailable to other hosts, and are redelivered when the process dies.
/// The prefetch count therefore exceeds the concurrency only slightly.
/// </remarks>
public sealed record EndpointPolicy
{
    /// <summary>The policy of every endpoint for which no other is declared.</summary>
    /// <remarks>
    /// Its load suits transactions of a few milliseconds. Even under load all endpoints together stay far below the hundred
    /// connections that a pool has by default, because most messages of a ride follow from one another.
    /// </remarks>
    public static EndpointPolicy Default { get; } = new();

    /// <summary>The number of messages that the broker delivers before the first is acknowledged.</summary>
    public int Prefetch { get; init; } = 16;

    /// <summary>The number of messages that are handled at the same time.</summary>
    public int ConcurrentMessages { get; init; } = 16;

    /// <summary>
    /// Whether the consumers run outside a database transaction, because they call an external system: the endpoint has retry
    /// and redelivery, but neither inbox nor outbox.
    /// </summary>
    /// <remarks>Such a consumer may run twice for one message: it must be idempotent by a business key.</remarks>
    public bool IsOutsideTransaction { get; init; }

    /// <summary>Whether messages come from a caller in this process that waits for the response, and through no queue.</summary>
    internal bool IsInProcess { get; init; }

    /// <summary>Whether the endpoint's messages are divided among partitions, if there are any.</summary>
    internal bool IsPartitioned { get; init; } = true;

    /// <summary>Whether a message that fails is first retried in memory.</summary>
    internal bool IsRetried { get; init; } = true;

    /// <summary>Whether a message that fails all of that is scheduled for redelivery.</summary>
    internal bool IsRedelivered { get; init; } = true;

    /// <summary>Whether a message is held while the database is unavailable.</summary>
    internal bool IsHeldDuringOutage { get; init; } = true;

    /// <summary>Whether a statement that times out while the database is available is the fault of its message.</summary>
    internal bool FailsOnTimeout { get; init; } = true;

    /// <summary>The scheduler's endpoint, which stores timers and redeliveries, one short insert each.</summary>
    /// <remarks>
    /// While it lags, no message is redelivered and no timer fires. It cannot redeliver through itself. Timers are ordered only
    /// by their due time. The same few statements store all of them: one that times out is waiting for a lock, and no single
    /// timer is at fault.
    /// </remarks>
    internal static EndpointPolicy Scheduler { get; } =
        new()
        {
            Prefetch = 32,
            ConcurrentMessages = 32,
            IsOutsideTransaction = true,
            IsPartitioned = false,
            IsRedelivered = false,
            FailsOnTimeout = false,
        };

    /// <summary>An endpoint of <see cref="SagaCommandDispatcher{TSaga}"/>.</summary>
    /// <remarks>
    /// The caller that waits for the response retries, and knows its own order. A later success here could not be reported to it.
    /// </remarks>
    internal static EndpointPolicy InProcess { get; } =
        new()
        {
            IsInProcess = true,
            IsPartitioned = false,
            IsRetried = false,
            IsRedelivered = false,
            IsHeldDuringOutage = false,
        };

    /// <summary>Sets the endpoint's prefetch count and concurrency.</summary>
    internal void Limit(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.PrefetchCount = Prefetch;
        endpoint.ConcurrentMessageLimit = ConcurrentMessages;
    }

    /// <summary>
    /// Sets a partition's share of the load: all partitions together handle as many messages at once as the whole endpoint.
    /// </summary>
    /// <remarks>A partition prefetches no more than that, because every prefetched message takes a place in line.</remarks>
    internal void LimitPartition(IReceiveEndpointConfigurator partition, int partitions) =>
        partition.PrefetchCount = (ConcurrentMessages + partitions - 1) / partitions;
}
