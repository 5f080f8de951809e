namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>The inbox entry: records that a consumer has handled a message. Its key is message and consumer.</summary>
/// <remarks>
/// It is the first row that the message's transaction writes, so that a duplicate, in any process, waits for the first
/// delivery and then finds the entry. With group commit it is written with everything else, at the end: within one process
/// the duplicate waits; in another process its consumer may run, and its changes and messages are rolled back because the
/// entry exists.
/// </remarks>
public class InboxState
{
    /// <summary>The id under which the message was originally sent, unchanged by redelivery.</summary>
    public Guid MessageId { get; set; }

    /// <summary>A hash of the endpoint, the consumer and the message type.</summary>
    public Guid ConsumerId { get; set; }

    /// <summary>The process that handled the message.</summary>
    public Guid LockId { get; set; }

    /// <summary>
    /// How many times the message had been received when it was handled: the first time, and each retry and redelivery.
    /// </summary>
    public int ReceiveCount { get; set; }

    /// <summary>When handling began, UTC. The duplicate detection window starts here.</summary>
    public DateTime Received { get; set; }

    /// <summary>When handling ended, UTC.</summary>
    public DateTime? Consumed { get; set; }

    /// <summary>Whether the consumer changed a row or sent a message.</summary>
    /// <remarks>Null if that is not known, because it wrote in a transaction of its own.</remarks>
    public bool? HadEffect { get; set; }

    /// <summary>When the outbox took over the consumer's messages, UTC: the time at which the message was consumed.</summary>
    /// <remarks>
    /// Messages that are not sent yet have rows in the outbox, with this message's id in <see
    /// cref="OutboxMessage.InboxMessageId"/>.
    /// </remarks>
    public DateTime? Delivered { get; set; }
}
