using System.Data;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Loads without a lock; the version token detects a conflict when the change is saved.</summary>
public class OptimisticLoadQueryExecutor<TSaga>(Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization)
    : ILoadQueryExecutor<TSaga>
    where TSaga : class, ISaga
{
    /// <inheritdoc />
    public Task<TSaga?> Load(DbContext dbContext, Guid correlationId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dbContext);

        IQueryable<TSaga> sagas = dbContext.Set<TSaga>();
        if (queryCustomization is not null)
            sagas = queryCustomization(sagas);

        return sagas.AsTracking().SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, cancellationToken);
    }
}

/// <summary>Detects a conflict by the version token that the saga's map configures.</summary>
public class OptimisticSagaRepositoryLockStrategy<TSaga>(
    ILoadQueryExecutor<TSaga> executor,
    Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization,
    IsolationLevel isolationLevel,
    bool isTransactionEnabled
) : ISagaRepositoryLockStrategy<TSaga>
    where TSaga : class, ISaga
{
    /// <inheritdoc />
    public IsolationLevel IsolationLevel => isolationLevel;

    /// <inheritdoc />
    public bool IsTransactionEnabled => isTransactionEnabled;

    /// <inheritdoc />
    public bool IsOptimistic => true;

    /// <inheritdoc />
    public bool MayBeCached => queryCustomization is null;

    /// <inheritdoc />
    public async Task<TSaga?> Load(DbContext context, Guid correlationId, CancellationToken cancellationToken)
    {
        SagaVersion.WarnIfMissing<TSaga>(context);
        return await executor.Load(context, correlationId, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<TSaga>> Load(
        DbContext context,
        ISagaQuery<TSaga> query,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(query);
        SagaVersion.WarnIfMissing<TSaga>(context);

        var sagas = context.Set<TSaga>().Where(query.FilterExpression);
        if (queryCustomization is not null)
            sagas = queryCustomization(sagas);

        return await sagas.AsTracking().ToListAsync(cancellationToken);
    }
}
