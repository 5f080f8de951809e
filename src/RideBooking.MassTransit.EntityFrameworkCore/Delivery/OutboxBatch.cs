namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Messages to one destination that were handed over together.</summary>
/// <param name="messages">In the order in which they are sent.</param>
/// <param name="isCommitted">False if it is not sure that they are in the outbox: the database knows.</param>
sealed class OutboxBatch(IReadOnlyList<OutboxMessage> messages, bool isCommitted)
{
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<OutboxMessage> Messages => messages;

    public bool IsCommitted => isCommitted;

    public Uri Destination => messages[0].DestinationAddress!;

    /// <summary>Whether sending these has failed before, so that nobody may wait for them.</summary>
    public bool IsSuspect => messages[0].AttemptCount > 0;

    /// <summary>What stood before them in their lane when they were committed.</summary>
    public IReadOnlyCollection<Guid> Predecessors => messages[0].Predecessors;

    /// <summary>Ends when all are sent and deleted, or left to the sweeper.</summary>
    public Task Released => _released.Task;

    public void Release() => _released.TrySetResult();
}
