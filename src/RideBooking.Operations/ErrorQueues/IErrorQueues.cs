namespace RideBooking.Operations.ErrorQueues;

/// <summary>What becomes of a message in an error queue.</summary>
internal enum Handling
{
    /// <summary>It stays where it is.</summary>
    Keep,

    /// <summary>It goes back to the queue it failed in.</summary>
    SendBack,

    /// <summary>It stays, and so does what comes behind it: enough for this time.</summary>
    Stop,
}

/// <summary>
/// The error and skipped queues of the transport. They stay the place where failed messages lie: to look takes nothing away
/// and changes no order.
/// </summary>
internal interface IErrorQueues
{
    /// <summary>How many messages lie in a queue; 0 for one that does not exist.</summary>
    Task<int> Count(string queue, CancellationToken cancellationToken);

    /// <summary>The same, for whoever asks all the time: it may be some seconds late to see a queue that is new.</summary>
    Task<int> CountCheaply(string queue, CancellationToken cancellationToken) => Count(queue, cancellationToken);

    /// <summary>Shows the oldest messages of a queue one after the other, oldest first; they stay, and none is kept in memory.</summary>
    Task Peek(string queue, int most, Action<FailedMessage> see, CancellationToken cancellationToken);

    /// <summary>The oldest messages of a queue, oldest first; they stay.</summary>
    async Task<IReadOnlyList<FailedMessage>> Peek(string queue, int most, CancellationToken cancellationToken)
    {
        List<FailedMessage> messages = [];
        await Peek(queue, most, messages.Add, cancellationToken);
        return messages;
    }

    /// <summary>
    /// Goes once through the messages that are in a queue now, oldest first. Whoever looks meanwhile waits, so stop before
    /// long. One that is sent back is sent before <paramref name="record"/> is called and leaves the queue after, so that a
    /// process which dies in between leaves a copy under the same message id, never a gap. One that is removed is recorded
    /// before it leaves.
    /// </summary>
    /// <exception cref="QueueIsGoneException">The queue to send back to does not exist.</exception>
    Task Work(
        string queue,
        Func<FailedMessage, Handling> decide,
        Func<FailedMessage, Task> record,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Takes out the messages of these ids. They are recorded, some together, before they leave, so that a process which dies
    /// in between leaves them in both places.
    /// </summary>
    Task Remove(
        string queue,
        IReadOnlySet<string> ids,
        Func<IReadOnlyList<FailedMessage>, Task> record,
        CancellationToken cancellationToken
    );

    /// <summary>Puts a message that was taken out into its error queue again.</summary>
    Task PutBack(FailedMessage message, CancellationToken cancellationToken);
}

/// <summary>The queue a message would go back to does not exist.</summary>
internal sealed class QueueIsGoneException(string queue) : Exception($"The queue {queue} does not exist.");
