namespace RideBooking.Operations.ErrorQueues;

/// <summary>What to do with a message in an error queue.</summary>
internal enum Handling
{
    /// <summary>Leave it in place.</summary>
    Keep,

    /// <summary>Send it back to the queue in which it failed.</summary>
    SendBack,

    /// <summary>Leave it and all messages behind it in place, and end this pass.</summary>
    Stop,
}

/// <summary>The error and skipped queues of the transport.</summary>
/// <remarks>The failed messages stay there. Reading a queue removes nothing and changes no order.</remarks>
internal interface IErrorQueues
{
    /// <summary>Returns the number of messages in a queue; 0 if the queue does not exist.</summary>
    Task<int> Count(string queue, CancellationToken cancellationToken);

    /// <summary>Like the exact count, for callers that ask often. A new queue may be noticed some seconds late.</summary>
    Task<int> CountCheaply(string queue, CancellationToken cancellationToken) => Count(queue, cancellationToken);

    /// <summary>
    /// Visits the oldest messages of a queue one by one, oldest first. They stay in the queue, and none is kept in memory.
    /// </summary>
    Task Peek(string queue, int limit, Action<FailedMessage> see, CancellationToken cancellationToken);

    /// <summary>Returns the oldest messages of a queue, oldest first. They stay in the queue.</summary>
    async Task<IReadOnlyList<FailedMessage>> Peek(string queue, int limit, CancellationToken cancellationToken)
    {
        List<FailedMessage> messages = [];
        await Peek(queue, limit, messages.Add, cancellationToken);
        return messages;
    }

    /// <summary>Passes once over the messages that are in a queue now, oldest first.</summary>
    /// <remarks>
    /// Readers of the queue wait meanwhile, so end a pass soon. A message that is sent back is sent before
    /// <paramref name="record"/> is called, and leaves the queue afterwards: if the process dies in between, a copy with the same
    /// message id remains, and no message is lost. A message that is removed is recorded before it leaves.
    /// </remarks>
    /// <exception cref="QueueNotFoundException">The queue to which a message is sent back does not exist.</exception>
    Task Work(
        string queue,
        Func<FailedMessage, Handling> decide,
        Func<FailedMessage, Task> record,
        CancellationToken cancellationToken
    );

    /// <summary>Removes the messages with these ids.</summary>
    /// <remarks>
    /// They are recorded in batches before they leave, so that a process that dies in between leaves them in both places.
    /// </remarks>
    Task Remove(
        string queue,
        IReadOnlySet<string> ids,
        Func<IReadOnlyList<FailedMessage>, Task> record,
        CancellationToken cancellationToken
    );

    /// <summary>Puts a removed message back into its error queue.</summary>
    Task PutBack(FailedMessage message, CancellationToken cancellationToken);
}

/// <summary>The queue to which a message would be sent back does not exist.</summary>
internal sealed class QueueNotFoundException(string queue) : Exception($"The queue {queue} does not exist.");
