namespace RideBooking.Operations.ErrorQueues;

/// <summary>The error and skipped queues of the transport, from which failed messages move to the store.</summary>
internal interface IErrorQueues
{
    /// <summary>
    /// Moves all messages that are in the queues now, in batches: a message leaves its queue after it was stored.
    /// </summary>
    /// <remarks>If the process dies in between, a message is in both places, and is moved again.</remarks>
    /// <param name="queues">The queues; those that do not exist are passed over.</param>
    /// <param name="store">Stores a batch, oldest first. An exception leaves the batch in its queue.</param>
    /// <param name="cancellationToken">Cancels the move.</param>
    /// <exception cref="AggregateException">Some queues could not be emptied. The others were.</exception>
    Task Move(
        IReadOnlyList<string> queues,
        Func<IReadOnlyList<FailedMessage>, Task> store,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Sends a message back to the queue in which it failed, with its message id and without the description of the failure.
    /// </summary>
    /// <returns>
    /// Completes when the transport has accepted the message; the inner task, when the message would survive the death of this
    /// process.
    /// </returns>
    /// <exception cref="QueueNotFoundException">The queue does not exist.</exception>
    /// <exception cref="MessageRefusedException">The transport does not accept this message, now or later.</exception>
    Task<Task> SendBack(FailedMessage message, CancellationToken cancellationToken);

    /// <summary>Returns whether any process consumes one of an endpoint's queues.</summary>
    Task<bool> IsConsumed(IReadOnlyList<string> queues, CancellationToken cancellationToken);
}

/// <summary>The transport does not accept a message.</summary>
internal sealed class MessageRefusedException(string reason, Exception exception) : Exception(reason, exception);

/// <summary>The queue to which a message would be sent back does not exist.</summary>
internal sealed class QueueNotFoundException(string queue) : Exception($"The queue {queue} does not exist.");
