namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Messages to one destination that were enqueued together.</summary>
/// <param name="messages">The messages, in the order in which they are sent.</param>
/// <param name="isCommitted">False if the outcome of their transaction is unknown; the database is then asked.</param>
sealed class OutboxBatch(IReadOnlyList<OutboxMessage> messages, bool isCommitted)
{
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<OutboxMessage> Messages => messages;

    public bool IsCommitted => isCommitted;

    public Uri Destination => messages[0].DestinationAddress!;

    /// <summary>Whether sending these messages has failed before, so that other messages must not wait for them.</summary>
    public bool IsRetry => messages[0].AttemptCount > 0;

    /// <summary>The messages with the same ordering key that were ahead of these when they were committed.</summary>
    public IReadOnlyCollection<Guid> Predecessors => messages[0].Predecessors;

    /// <summary>Completes when all messages are sent and deleted, or left to the sweeper.</summary>
    public Task Released => _released.Task;

    public void Release() => _released.TrySetResult();
}
