namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// The lease of the one process that sweeps up messages which a crash or an outage left in the outbox: with many
/// replicas only the holder sends them, so that they are sent once and in order.
/// </summary>
public class OutboxState
{
    /// <summary>Names the lease.</summary>
    public Guid OutboxId { get; set; }

    /// <summary>The process that holds it.</summary>
    public Guid LockId { get; set; }

    /// <summary>When the lease was first taken, UTC.</summary>
    public DateTime Created { get; set; }

    /// <summary>Null: the row exists only while messages are being delivered.</summary>
    public DateTime? Delivered { get; set; }

    /// <summary>When anybody else may take it, UTC.</summary>
    public DateTime Expires { get; set; }
}
