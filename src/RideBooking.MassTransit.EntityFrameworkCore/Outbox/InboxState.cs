namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// The mark that a consumer has handled a message. Key: message and consumer. It is the first that the transaction of the
/// message writes, so that a second delivery waits for the first, in whichever process, and then finds the mark. With group
/// commit it is written with everything else, at the end: a second delivery waits within one process; in another process its
/// consumer may run, and what it changes and sends is undone when the mark turns out to exist.
/// </summary>
public class InboxState
{
    /// <summary>The id under which the message was sent originally, whatever redelivery made of it.</summary>
    public Guid MessageId { get; set; }

    /// <summary>A hash of endpoint, consumer and message type.</summary>
    public Guid ConsumerId { get; set; }

    /// <summary>The process that handled it.</summary>
    public Guid LockId { get; set; }

    /// <summary>How often the message had been taken when it was handled: once, and each retry and redelivery of it.</summary>
    public int ReceiveCount { get; set; }

    /// <summary>When handling began, UTC. The duplicate detection window counts from here.</summary>
    public DateTime Received { get; set; }

    /// <summary>When handling ended, UTC.</summary>
    public DateTime? Consumed { get; set; }

    /// <summary>
    /// When what the consumer sent became the outbox's, UTC, which is when the message was consumed. What is not yet sent of
    /// it has a row in the outbox, with the message's id in <see cref="OutboxMessage.InboxMessageId"/>.
    /// </summary>
    public DateTime? Delivered { get; set; }
}
