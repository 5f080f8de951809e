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

/// <summary>Loads one instance by its key.</summary>
public interface ILoadQueryExecutor<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>Returns the tracked instance, or null if there is none.</summary>
    Task<TSaga?> Load(DbContext dbContext, Guid correlationId, CancellationToken cancellationToken);
}

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
