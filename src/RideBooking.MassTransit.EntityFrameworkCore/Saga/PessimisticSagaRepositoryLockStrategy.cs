using System.Data;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Loads the row and locks it until the transaction ends.</summary>
public class PessimisticLoadQueryExecutor<TSaga>(
    ILockStatementProvider lockStatementProvider,
    Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization
) : ILoadQueryExecutor<TSaga>
    where TSaga : class, ISaga
{
    /// <inheritdoc />
    public Task<TSaga?> Load(DbContext dbContext, Guid correlationId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dbContext);

        var sagas = dbContext
            .Set<TSaga>()
            .FromSqlRaw(lockStatementProvider.GetRowLockStatement<TSaga>(dbContext), Stored(dbContext, correlationId));
        if (queryCustomization is not null)
            sagas = queryCustomization(sagas);

        return sagas.AsTracking().SingleOrDefaultAsync(cancellationToken);
    }

    // A convention of the model may convert the key.
    static object Stored(DbContext dbContext, Guid correlationId) =>
        dbContext
            .Model.FindEntityType(typeof(TSaga))
            ?.FindProperty(nameof(ISaga.CorrelationId))
            ?.GetTypeMapping()
            .Converter?.ConvertToProvider(correlationId)
        ?? correlationId;
}

/// <summary>Prevents a conflict by a row lock.</summary>
public class PessimisticSagaRepositoryLockStrategy<TSaga>(
    ILoadQueryExecutor<TSaga> executor,
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
    public bool IsOptimistic => false;

    /// <inheritdoc />
    public bool MayBeCached => false;

    /// <inheritdoc />
    public Task<TSaga?> Load(DbContext context, Guid correlationId, CancellationToken cancellationToken) =>
        executor.Load(context, correlationId, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<TSaga>> Load(
        DbContext context,
        ISagaQuery<TSaga> query,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(query);

        // Always in the same order, so that two queries over the same rows cannot deadlock.
        var ids = await context
            .Set<TSaga>()
            .Where(query.FilterExpression)
            .Select(saga => saga.CorrelationId)
            .OrderBy(id => id)
            .ToListAsync(cancellationToken);

        var sagas = new List<TSaga>(ids.Count);
        foreach (var id in ids)
        {
            // Another transaction may have deleted it between the query and the lock.
            if (await executor.Load(context, id, cancellationToken) is { } saga)
                sagas.Add(saga);
        }

        return sagas;
    }
}
