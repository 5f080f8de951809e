namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>The lease of the one process that sweeps up messages that a crash or an outage left in the outbox.</summary>
/// <remarks>With many replicas only the holder sends them, so that each is sent once and in order.</remarks>
public class OutboxState
{
    /// <summary>The lease's id.</summary>
    public Guid OutboxId { get; set; }

    /// <summary>The process that holds the lease.</summary>
    public Guid LockId { get; set; }

    /// <summary>When the lease was first taken, UTC.</summary>
    public DateTime Created { get; set; }

    /// <summary>Always null: the row exists only while messages are being delivered.</summary>
    public DateTime? Delivered { get; set; }

    /// <summary>When another process may take the lease, UTC.</summary>
    public DateTime Expires { get; set; }
}
