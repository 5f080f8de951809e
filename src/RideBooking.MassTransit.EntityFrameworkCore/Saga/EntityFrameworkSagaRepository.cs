using System.Data;
using System.Diagnostics.CodeAnalysis;
using MassTransit.EntityFrameworkCoreIntegration.Saga;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Creates a saga repository without a container.</summary>
[SuppressMessage("Design", "CA1000", Justification = "The name that MassTransit's documentation uses.")]
public static class EntityFrameworkSagaRepository<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>Creates a repository that detects conflicts by the version token that the saga's map configures.</summary>
    public static ISagaRepository<TSaga> CreateOptimistic(
        ISagaDbContextFactory<TSaga> dbContextFactory,
        Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null,
        bool isTransactionEnabled = true
    ) =>
        Create(
            dbContextFactory,
            new OptimisticSagaRepositoryLockStrategy<TSaga>(
                new OptimisticLoadQueryExecutor<TSaga>(queryCustomization),
                queryCustomization,
                IsolationLevel.ReadCommitted,
                isTransactionEnabled
            )
        );

    /// <summary>Creates a repository that detects conflicts by the version token that the saga's map configures.</summary>
    public static ISagaRepository<TSaga> CreateOptimistic(
        Func<DbContext> dbContextFactory,
        Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null,
        bool isTransactionEnabled = true
    ) =>
        CreateOptimistic(
            new DelegateSagaDbContextFactory<TSaga>(dbContextFactory),
            queryCustomization,
            isTransactionEnabled
        );

    /// <summary>Creates a repository that locks the instance's row.</summary>
    public static ISagaRepository<TSaga> CreatePessimistic(
        ISagaDbContextFactory<TSaga> dbContextFactory,
        ILockStatementProvider? lockStatementProvider = null,
        Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null,
        bool isTransactionEnabled = true
    ) =>
        Create(
            dbContextFactory,
            new PessimisticSagaRepositoryLockStrategy<TSaga>(
                new PessimisticLoadQueryExecutor<TSaga>(
                    lockStatementProvider ?? ProviderLockStatements.Instance,
                    queryCustomization
                ),
                IsolationLevel.Serializable,
                isTransactionEnabled
            )
        );

    /// <summary>Creates a repository that locks the instance's row.</summary>
    public static ISagaRepository<TSaga> CreatePessimistic(
        Func<DbContext> dbContextFactory,
        ILockStatementProvider? lockStatementProvider = null,
        Func<IQueryable<TSaga>, IQueryable<TSaga>>? queryCustomization = null,
        bool isTransactionEnabled = true
    ) =>
        CreatePessimistic(
            new DelegateSagaDbContextFactory<TSaga>(dbContextFactory),
            lockStatementProvider,
            queryCustomization,
            isTransactionEnabled
        );

    static SagaRepository<TSaga> Create(
        ISagaDbContextFactory<TSaga> dbContextFactory,
        ISagaRepositoryLockStrategy<TSaga> lockStrategy
    )
    {
        var factory = new EntityFrameworkSagaRepositoryContextFactory<TSaga>(
            dbContextFactory,
            new SagaConsumeContextFactory<DbContext, TSaga>(),
            lockStrategy,
            new SagaCache<TSaga>(TimeProvider.System)
        );

        return new SagaRepository<TSaga>(factory, factory, factory);
    }
}
