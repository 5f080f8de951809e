namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// The mark that a consumer has handled a message. It is written first in the transaction that handles it, so that a
/// second delivery waits for the first and then finds the mark. Key: message and consumer.
/// </summary>
public class InboxState
{
    /// <summary>The id under which the message was sent originally, whatever redelivery made of it.</summary>
    public Guid MessageId { get; set; }

    /// <summary>A hash of endpoint, consumer and message type.</summary>
    public Guid ConsumerId { get; set; }

    /// <summary>When handling began, UTC. The duplicate detection window counts from here.</summary>
    public DateTime Received { get; set; }

    /// <summary>When handling ended, UTC.</summary>
    public DateTime? Consumed { get; set; }
}
