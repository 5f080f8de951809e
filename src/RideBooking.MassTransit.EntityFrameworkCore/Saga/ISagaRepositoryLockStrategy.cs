using System.Data;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Decides how instances are read, so that two messages cannot both change one.</summary>
public interface ISagaRepositoryLockStrategy<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>The isolation level of the repository's own transaction.</summary>
    IsolationLevel IsolationLevel { get; }

    /// <summary>Whether the repository opens its own transaction if none is open.</summary>
    bool IsTransactionEnabled { get; }

    /// <summary>Whether the version detects a conflict when the change is written, instead of a lock preventing it.</summary>
    bool IsOptimistic { get; }

    /// <summary>Whether a committed instance can be used in place of a loaded one.</summary>
    bool MayBeCached { get; }

    /// <summary>Returns the tracked instance, or null if there is none.</summary>
    Task<TSaga?> Load(DbContext context, Guid correlationId, CancellationToken cancellationToken);

    /// <summary>Returns the tracked instances that the query finds.</summary>
    Task<IReadOnlyList<TSaga>> Load(DbContext context, ISagaQuery<TSaga> query, CancellationToken cancellationToken);
}
