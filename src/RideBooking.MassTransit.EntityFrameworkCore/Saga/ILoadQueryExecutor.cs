using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Loads one instance by its key.</summary>
public interface ILoadQueryExecutor<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>Returns the tracked instance, or null if there is none.</summary>
    Task<TSaga?> Load(DbContext dbContext, Guid correlationId, CancellationToken cancellationToken);
}
