using System.Diagnostics.CodeAnalysis;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A payload of a message whose transaction somebody else (the outbox) has opened and will end.</summary>
[SuppressMessage("Naming", "CA1715", Justification = "MassTransit names its contexts without a prefix.")]
public interface DbTransactionContext
{
    /// <summary>The id of EF's transaction.</summary>
    Guid TransactionId { get; }
}
